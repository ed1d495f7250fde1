namespace OrleansInference.Bench.Load;

/// <summary>Count of a request's tokens by the server.</summary>
/// <param name="CachedTokens">Prompt tokens found in a cache; null if the server does not report it.</param>
internal sealed record TokenUsage(int PromptTokens, int CompletionTokens, int? CachedTokens);
