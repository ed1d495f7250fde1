namespace OrleansInference.Bench.Load;

/// <summary>The server's count of a request's tokens.</summary>
/// <param name="CachedTokens">Prompt tokens that a cache had; null where the server does not tell.</param>
internal sealed record TokenUsage(int PromptTokens, int CompletionTokens, int? CachedTokens);
