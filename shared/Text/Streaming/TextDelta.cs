namespace OrleansInference.Text.Streaming;

/// <summary>Text that became certain with a token.</summary>
public readonly record struct TextDelta
{
    /// <summary>Reasoning text, without its tags; empty when there is none.</summary>
    public string Reasoning { get => field ?? string.Empty; init; }

    /// <summary>Answer text; empty when there is none. It follows <see cref="Reasoning"/>.</summary>
    public string Content { get => field ?? string.Empty; init; }

    /// <summary>Whether a stop string was found: the choice's text is complete, and whoever generates it should be told to stop.</summary>
    public bool Stopped { get; init; }

    /// <summary>The stop string that was found.</summary>
    public string? StopString { get; init; }

    /// <summary>Whether the token lies inside the reasoning; its tags are not counted as such.</summary>
    public bool IsReasoningToken { get; init; }
}
