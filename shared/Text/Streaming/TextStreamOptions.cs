namespace OrleansInference.Text.Streaming;

/// <summary>How the tokens of one choice become text.</summary>
public sealed record TextStreamOptions
{
    /// <summary>Strings that end the choice. They are looked for in the text as the model wrote it: reasoning, tags and answer alike.</summary>
    public IReadOnlyList<string> StopStrings { get; init; } = [];

    /// <summary>Whether the text that ends a choice, a stop string or a stop token's, belongs to the output.</summary>
    public bool IncludeStopString { get; init; }

    /// <summary>Whether special tokens leave no text.</summary>
    public bool SkipSpecialTokens { get; init; } = true;

    /// <summary>Text of the first so many tokens is not searched for stop strings.</summary>
    public int MinTokens { get; init; }

    /// <summary>Whether reasoning and answer are told apart; when not, all text is content, tags included.</summary>
    public bool ParseReasoning { get; init; }

    /// <summary>Whether the prompt already opened the reasoning; the output then starts within it. Only with <see cref="ParseReasoning"/>.</summary>
    public bool StartsInReasoning { get; init; }
}
