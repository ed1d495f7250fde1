using OrleansInference.Cli.Cluster;

namespace OrleansInference.Bench.Chaos;

/// <summary>What became of the streams of a cluster whose nodes were disturbed.</summary>
internal sealed record ChaosReport
{
    public DisturbanceKind By { get; init; }

    public required int Streams { get; init; }

    /// <summary>Kills, or whatever was done instead, by the role that the node was chosen for.</summary>
    public required IReadOnlyDictionary<NodeRole, int> Kills { get; init; }

    /// <summary>Transcripts that were compared.</summary>
    public int Transcripts { get; init; }

    /// <summary>Tokens that clients got.</summary>
    public long Tokens { get; init; }

    public TranscriptDifference Difference { get; init; }

    /// <summary>Why requests failed; one for each that did.</summary>
    public required IReadOnlyList<string> Failures { get; init; }

    /// <summary>Times that a client went to another node.</summary>
    public int Resumed { get; init; }

    public required IReadOnlyList<StreamPause> Pauses { get; init; }

    /// <summary>What became of the nodes, one for each time.</summary>
    public required IReadOnlyList<DisturbedNode> Nodes { get; init; }

    /// <summary>What pauses are without a disturbance: of each transcript of the undisturbed run the longest gap between two tokens, less the usual one, in milliseconds.</summary>
    public IReadOnlyList<double> Undisturbed { get; init; } = [];

    /// <summary>Losses that ended with a plan in force; what a router says between two looks and dies is not in it.</summary>
    public long Recoveries { get; init; }

    /// <summary>Restored sequences by recovery strategy, counted in the same way.</summary>
    public required RecoveredStatus Recovered { get; init; }

    /// <summary>Where the time of the recoveries went, all together; null when it is not known.</summary>
    public RecoveryParts? Parts { get; init; }

    /// <summary>Cached pages that were computed again and compared, counted alike.</summary>
    public long VerifiedPages { get; init; }

    /// <summary>Pages that were given up because a stage did not prove them, counted alike.</summary>
    public long UnprovenPages { get; init; }

    /// <summary>Pages that devices found to hold other contents than they should. A run spoils none.</summary>
    public long SpoiltPages { get; init; }

    /// <summary>Why the run ended before its last kill; null when it did not.</summary>
    public string? Ended { get; init; }

    public bool Clean => Ended is null && Failures.Count == 0 && Difference.None && SpoiltPages == 0;
}
