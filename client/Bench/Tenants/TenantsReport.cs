using OrleansInference.Tenancy.Audit.Heads;

namespace OrleansInference.Bench.Tenants;

/// <summary>Result of a run of <see cref="TenantsDriver"/>.</summary>
internal sealed record TenantsReport
{
    public int Tenants { get; init; }

    /// <summary>Conversations with an answer to each turn.</summary>
    public int Conversations { get; init; }

    /// <summary>Answers that were compared.</summary>
    public int Answers { get; init; }

    /// <summary>Nodes that were killed.</summary>
    public int NodeKills { get; init; }

    /// <summary>Connections that clients dropped before the end of their stream.</summary>
    public int ConnectionKills { get; init; }

    /// <summary>Number of times that a client continued a stream.</summary>
    public int Resumed { get; init; }

    /// <summary>Requests whose connection broke before the client knew the id of the answer. Whether they were billed is not known.</summary>
    public int Unanswered { get; init; }

    /// <summary>Answers that are not equal to the recorded ones.</summary>
    public int Different { get; init; }

    /// <summary>Conversations that ended with an error.</summary>
    public int Failed { get; init; }

    /// <summary>Tokens of prompts and answers that the cluster counted.</summary>
    public long Billed { get; init; }

    /// <summary>Tokens of prompts and answers that the clients received.</summary>
    public long Emitted { get; init; }

    /// <summary>A line for each tenant and key of which both differ.</summary>
    public IReadOnlyList<string> Mismatches { get; init; } = [];

    /// <summary>Signed heads of the nodes' audit logs at the end of the run.</summary>
    public IReadOnlyList<AuditHead> Heads { get; init; } = [];

    /// <summary>Lines of the nodes' audit logs; null if the nodes wrote none.</summary>
    public long? AuditLines { get; init; }

    /// <summary>Faults of the audit logs.</summary>
    public IReadOnlyList<string> AuditFaults { get; init; } = [];

    /// <summary>Reason why the run ended early; null if it did not.</summary>
    public string? Ended { get; init; }

    public bool Clean => Ended is null && Different == 0 && Failed == 0 && Billed == Emitted && Mismatches.Count == 0 && AuditFaults.Count == 0;
}
