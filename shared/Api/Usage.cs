namespace OrleansInference.Api;

/// <summary>Tokens that a request took.</summary>
internal sealed record Usage(int PromptTokens, int CompletionTokens, int TotalTokens, PromptTokensDetails PromptTokensDetails, CompletionTokensDetails CompletionTokensDetails)
{
    public static Usage From(int prompt, int cached, int completion, int reasoning) =>
        new(prompt, completion, prompt + completion, new PromptTokensDetails(cached), new CompletionTokensDetails(reasoning));
}

/// <param name="CachedTokens">Prompt tokens that the prefix cache had.</param>
internal sealed record PromptTokensDetails(int CachedTokens);

/// <param name="ReasoningTokens">Generated tokens that lie in the reasoning.</param>
internal sealed record CompletionTokensDetails(int ReasoningTokens);
