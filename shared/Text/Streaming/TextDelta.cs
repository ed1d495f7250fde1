namespace OrleansInference.Text.Streaming;

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
