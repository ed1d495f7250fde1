namespace OrleansInference.Text.Streaming;

/// <summary>Options for converting the tokens of one choice to text.</summary>
public sealed record TextStreamOptions
{
    /// <summary>Strings that end the choice. They are searched in the text as the model wrote it: in reasoning, tags and answer.</summary>
    public IReadOnlyList<string> StopStrings { get; init; } = [];

    /// <summary>Whether the output includes the text that ends a choice: a stop string, or the text of a stop token.</summary>
    public bool IncludeStopString { get; init; }

    /// <summary>Whether special tokens are omitted from the text.</summary>
    public bool SkipSpecialTokens { get; init; } = true;

    /// <summary>Number of first tokens whose text is not searched for stop strings.</summary>
    public int MinTokens { get; init; }

    /// <summary>Whether reasoning and answer are separated; otherwise all text is content, including tags.</summary>
    public bool ParseReasoning { get; init; }

    /// <summary>Whether the prompt has opened the reasoning; the output then starts within it. Requires <see cref="ParseReasoning"/>.</summary>
    public bool StartsInReasoning { get; init; }
}

/// <summary>Text that became certain with a token.</summary>
public readonly record struct TextDelta
{
    /// <summary>Reasoning text, without its tags; empty if there is none.</summary>
    public string Reasoning { get => field ?? string.Empty; init; }

    /// <summary>Answer text; empty if there is none. It follows <see cref="Reasoning"/>.</summary>
    public string Content { get => field ?? string.Empty; init; }

    /// <summary>Whether a stop string was found: the choice's text is complete, and generation should stop.</summary>
    public bool Stopped { get; init; }

    /// <summary>The stop string that was found.</summary>
    public string? StopString { get; init; }

    /// <summary>Whether the token is part of the reasoning; tags are not.</summary>
    public bool IsReasoningToken { get; init; }
}
