namespace OrleansInference.Bench.Chaos;

/// <summary>How nodes are disturbed, and under what load.</summary>
internal sealed record ChaosSettings
{
    /// <summary>What is done to nodes; the words of killing stand for all of it.</summary>
    public DisturbanceKind By { get; init; }

    public required int Kills { get; init; }

    /// <summary>How long a frozen node stands still.</summary>
    public TimeSpan Frozen { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Clients go to the next node when nothing came for so long; infinite for those that wait for a connection to break.</summary>
    public TimeSpan ClientTimeout { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>Requests under way at any time.</summary>
    public required int Streams { get; init; }

    /// <summary>The model's name in requests.</summary>
    public string Model { get; init; } = string.Empty;

    /// <summary>Stages that a whole cluster has, of all pipelines.</summary>
    public required int Stages { get; init; }

    /// <summary>Pipelines that it has.</summary>
    public int Pipelines { get; init; } = 1;

    /// <summary>Roles whose nodes are disturbed, in turn.</summary>
    public IReadOnlyList<NodeRole> Roles { get; init; } = Enum.GetValues<NodeRole>();

    /// <summary>Words of each prompt, and numbers that tell it from others.</summary>
    public int PromptWords { get; init; }

    /// <summary>Tokens of each answer.</summary>
    public int GenerateTokens { get; init; } = 300;

    /// <summary>From a cluster that is whole again to the next time.</summary>
    public TimeSpan Between { get; init; }

    /// <summary>Different requests; each stream goes through them in its own order.</summary>
    public int Requests => 2 * Streams;
}
