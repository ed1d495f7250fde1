using OrleansInference.Api.Generation;

namespace OrleansInference.Api.Completions;

/// <summary>What a completion request says.</summary>
internal sealed class CompletionRequest(ApiOptions limits) : GenerationFields(limits)
{
    public IReadOnlyList<PromptInput> Prompts { get; set; } = [];

    public bool Echo { get; set; }

    public int? LogProbs { get; set; }

    public int? BestOf { get; set; }

    public override int? Alternatives => LogProbs;

    /// <summary>Whether only the prompt's echo is asked for.</summary>
    public bool EchoOnly => Echo && MaxTokens == 0;
}

/// <summary>A prompt as it was sent: text or token ids.</summary>
internal readonly record struct PromptInput(string? Text, int[]? Tokens);
