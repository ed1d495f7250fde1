using OrleansInference.Cli.Cluster;

namespace OrleansInference.Bench.Chaos;

/// <summary>Result of a run of <see cref="ChaosDriver"/>.</summary>
internal sealed record ChaosReport
{
    public DisturbanceKind By { get; init; }

    public required int Streams { get; init; }

    /// <summary>Number of disturbances by the role for which the node was chosen.</summary>
    public required IReadOnlyDictionary<NodeRole, int> Kills { get; init; }

    /// <summary>Number of compared transcripts.</summary>
    public int Transcripts { get; init; }

    /// <summary>Number of tokens that clients received.</summary>
    public long Tokens { get; init; }

    public TranscriptDifference Difference { get; init; }

    /// <summary>Errors of failed requests, one for each.</summary>
    public required IReadOnlyList<string> Failures { get; init; }

    /// <summary>Number of times that a client changed to another node.</summary>
    public int Resumed { get; init; }

    public required IReadOnlyList<StreamPause> Pauses { get; init; }

    /// <summary>Disturbed nodes, one entry for each disturbance.</summary>
    public required IReadOnlyList<DisturbedNode> Nodes { get; init; }

    /// <summary>Pauses without a disturbance: for each transcript of the undisturbed run the longest gap between two tokens minus the usual gap, in milliseconds.</summary>
    public IReadOnlyList<double> Undisturbed { get; init; } = [];

    /// <summary>Losses that ended with a plan in force. Losses that a router counted between its last report and its own end are missing.</summary>
    public long Recoveries { get; init; }

    /// <summary>Restored sequences by recovery strategy, with the same restriction.</summary>
    public required RecoveredStatus Recovered { get; init; }

    /// <summary>Total time of the recoveries by part; null if unknown.</summary>
    public RecoveryParts? Parts { get; init; }

    /// <summary>Cached pages that were recomputed and compared, with the same restriction.</summary>
    public long VerifiedPages { get; init; }

    /// <summary>Pages that were dropped because a stage did not prove them, with the same restriction.</summary>
    public long UnprovenPages { get; init; }

    /// <summary>Pages whose content devices found corrupted. A run corrupts none on purpose.</summary>
    public long CorruptedPages { get; init; }

    /// <summary>Reason why the run ended before its last disturbance; null if it did not.</summary>
    public string? Ended { get; init; }

    public bool Clean => Ended is null && Failures.Count == 0 && Difference.None && CorruptedPages == 0;
}
