namespace OrleansInference.Tenancy.Audit;

/// <summary>Kind of an <see cref="AuditEvent"/>.</summary>
public enum AuditEventKind
{
    /// <summary>The end of the last file was not a whole line and was cut off. The line was never acknowledged.</summary>
    TornLineCut,

    /// <summary>The last line of the last file is damaged. The chain continues in a new file.</summary>
    DamagedTail,

    /// <summary>Lines cannot be written or made durable.</summary>
    DiskFailed,

    /// <summary>Lines can be written and made durable again.</summary>
    DiskRecovered,

    /// <summary>The store of heads does not answer.</summary>
    HeadStoreFailed,

    /// <summary>The store of heads answers again.</summary>
    HeadStoreRecovered,

    /// <summary>The stored head contradicts the files: lines were removed or changed. The chain continues from the stored head, so that its gap stays visible.</summary>
    HeadMismatch,

    /// <summary>The signature of the stored head is wrong: the head was changed, or signed with another key.</summary>
    HeadSignatureWrong,
}

/// <summary>An event that an operator must know. A state is reported when it begins and when it ends, not while it lasts.</summary>
/// <param name="Kind">Kind.</param>
/// <param name="Message">Description, with the file or the reason.</param>
public sealed record AuditEvent(AuditEventKind Kind, string Message);
