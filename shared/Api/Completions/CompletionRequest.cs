using OrleansInference.Api.Generation;

namespace OrleansInference.Api.Completions;

/// <summary>Fields of a parsed completion request.</summary>
internal sealed class CompletionRequest(ApiOptions limits) : GenerationFields(limits)
{
    public IReadOnlyList<PromptInput> Prompts { get; set; } = [];

    public bool Echo { get; set; }

    public int? LogProbs { get; set; }

    public int? BestOf { get; set; }

    public override int? Alternatives => LogProbs;

    /// <summary>Whether the request asks only for the prompt's echo.</summary>
    public bool EchoOnly => Echo && MaxTokens == 0;
}

/// <summary>Prompt as the client sent it: text or token ids.</summary>
internal readonly record struct PromptInput(string? Text, int[]? Tokens);
