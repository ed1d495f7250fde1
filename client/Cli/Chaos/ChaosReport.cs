using OrleansInference.Cli.Cluster;

namespace OrleansInference.Cli.Chaos;

/// <summary>What became of the streams of a cluster whose nodes were killed.</summary>
internal sealed record ChaosReport
{
    public required int Streams { get; init; }

    /// <summary>Kills by the role that the node was chosen for.</summary>
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

    /// <summary>Seconds from each kill until the cluster was whole again.</summary>
    public required IReadOnlyList<double> WholeAgain { get; init; }

    /// <summary>Losses that ended with a plan in force; what a router says between two looks and dies is not in it.</summary>
    public long Recoveries { get; init; }

    /// <summary>Sequences brought back, by rung, counted alike.</summary>
    public required RecoveredStatus Recovered { get; init; }

    /// <summary>Where the time of the recoveries went, all together; null when it is not known.</summary>
    public RecoveryParts? Parts { get; init; }

    /// <summary>Why the run ended before its last kill; null when it did not.</summary>
    public string? Ended { get; init; }

    public bool Clean => Ended is null && Failures.Count == 0 && Difference.None;
}
