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
