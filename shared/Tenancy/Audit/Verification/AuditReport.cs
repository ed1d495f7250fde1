namespace OrleansInference.Tenancy.Audit.Verification;

/// <summary>Result of a verification.</summary>
/// <param name="Lines">Lines that were read.</param>
/// <param name="Broken">Faults, in the order of the files. At most <see cref="AuditVerification.MaxFaults"/> faults are listed, and one more with the number of the others.</param>
public sealed record AuditReport(long Lines, IReadOnlyList<AuditFault> Broken)
{
    /// <summary>The chains that were read, one for each node.</summary>
    public IReadOnlyList<AuditChain> Chains { get; init; } = [];
}

/// <summary>The lines of a node that were verified.</summary>
/// <param name="Node">Name of the node.</param>
/// <param name="Files">Number of files.</param>
/// <param name="First">Sequence of the first line. It is above 1 if older lines were deleted on purpose.</param>
/// <param name="Last">Sequence of the last line.</param>
public sealed record AuditChain(string Node, int Files, long First, long Last);

/// <summary>Kind of an <see cref="AuditFault"/>.</summary>
public enum AuditFaultKind
{
    /// <summary>A line does not have the hash that it states.</summary>
    Changed,

    /// <summary>A line is not one of the audit log, or has no end.</summary>
    Unreadable,

    /// <summary>Lines or a file are missing before this place.</summary>
    Missing,

    /// <summary>A line stands behind a later one.</summary>
    Reordered,

    /// <summary>A line is there again.</summary>
    Duplicated,

    /// <summary>A line does not continue the line before it.</summary>
    Unchained,

    /// <summary>The end that a head proves is missing, or is another one.</summary>
    CutOff,

    /// <summary>A signature is wrong.</summary>
    WrongSignature,

    /// <summary>Faults that are not listed.</summary>
    More,
}

/// <summary>A fault of the log.</summary>
/// <param name="File">Name of the file; empty if no file is concerned.</param>
/// <param name="Line">Number of the line in the file, counted from 1; 0 if no line is concerned.</param>
/// <param name="Sequence">Sequence that the line has or should have; null if it is unknown.</param>
/// <param name="Kind">Kind.</param>
/// <param name="Reason">Description of the fault.</param>
public sealed record AuditFault(string File, long Line, long? Sequence, AuditFaultKind Kind, string Reason);
