namespace OrleansInference.Silo.Diagnosis;

/// <summary>Severity of a finding.</summary>
internal enum FindingLevel
{
    /// <summary>A node can start.</summary>
    Ok,

    /// <summary>A node can start, with a disadvantage.</summary>
    Warning,

    /// <summary>A node cannot start, or cannot serve.</summary>
    Failed,
}

/// <summary>Result of a check.</summary>
/// <param name="Subject">Subject of the check.</param>
/// <param name="Level">Severity of the finding.</param>
/// <param name="Text">What was found; if something is wrong, also the remedy.</param>
internal sealed record Finding(string Subject, FindingLevel Level, string Text);
