namespace OrleansInference.Api;

/// <summary>Tokens used by a request.</summary>
internal sealed record Usage(int PromptTokens, int CompletionTokens, int TotalTokens, PromptTokensDetails PromptTokensDetails, CompletionTokensDetails CompletionTokensDetails)
{
    public static Usage From(int prompt, int cached, int completion, int reasoning) =>
        new(prompt, completion, prompt + completion, new PromptTokensDetails(cached), new CompletionTokensDetails(reasoning));
}

/// <param name="CachedTokens">Prompt tokens found in the prefix cache.</param>
internal sealed record PromptTokensDetails(int CachedTokens);

/// <param name="ReasoningTokens">Generated tokens of the reasoning.</param>
internal sealed record CompletionTokensDetails(int ReasoningTokens);
