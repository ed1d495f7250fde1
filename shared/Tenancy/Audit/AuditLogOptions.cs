using OrleansInference.Tenancy.Audit.Heads;

namespace OrleansInference.Tenancy.Audit;

/// <summary>Options of an <see cref="AuditLog"/>.</summary>
/// <param name="Folder">Folder of the files. It is created, for its owner alone, if it does not exist.</param>
/// <param name="Node">Name of the node: 1 to 64 ASCII letters, digits, '-', '_' and '.'. One process at a time writes the files of a name.</param>
public sealed record AuditLogOptions(string Folder, string Node)
{
    /// <summary>Size from which on lines go to a new file.</summary>
    public long MaxFileBytes { get; init; } = 64 << 20;

    /// <summary>Lines that may wait to be written. Further calls wait for a place.</summary>
    public int MaxWaitingLines { get; init; } = 4096;

    /// <summary>Time between two flushes of the files to the disk, each followed by a signed head; infinite if the caller flushes.</summary>
    public TimeSpan FlushInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Time after which the store of heads counts as failed.</summary>
    public TimeSpan HeadTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Store of the signed heads; null if heads are not signed.</summary>
    public IAuditHeadStore? Heads { get; init; }

    /// <summary>Key of the signatures; required with <see cref="Heads"/>.</summary>
    public AuditKey? Key { get; init; }

    /// <summary>Receives events, on a thread of the log, which it must not block.</summary>
    public Action<AuditEvent> OnEvent { get; init; } = static _ => { };
}
