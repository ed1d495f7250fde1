namespace OrleansInference.Silo.Diagnosis;

/// <summary>How good what was checked is.</summary>
internal enum FindingLevel
{
    /// <summary>A node can start with it.</summary>
    Ok,

    /// <summary>A node can start, with a disadvantage.</summary>
    Warning,

    /// <summary>A node cannot start, or cannot serve.</summary>
    Failed,
}

/// <summary>What came of a check.</summary>
/// <param name="Subject">What was checked.</param>
/// <param name="Level">How good it is.</param>
/// <param name="Text">What was found; where something is wrong, also what to do.</param>
internal sealed record Finding(string Subject, FindingLevel Level, string Text);
