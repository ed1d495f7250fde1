using OrleansInference.Tenancy.Audit.Heads;

namespace OrleansInference.Tenancy.Audit.Verification;

/// <summary>Options of a verification.</summary>
public sealed record AuditVerification
{
    /// <summary>Heads that the files must have. Without them, lines cut off at the end are not noticed.</summary>
    public IReadOnlyList<AuditHead> Heads { get; init; } = [];

    /// <summary>Key of the signatures; null if they are not checked.</summary>
    public AuditKey? Key { get; init; }

    /// <summary>Accepts a chain that begins later than with its first line, also without a signed start.</summary>
    public bool AcceptsLaterStart { get; init; }

    /// <summary>Faults that are listed.</summary>
    public int MaxFaults { get; init; } = 1000;
}
