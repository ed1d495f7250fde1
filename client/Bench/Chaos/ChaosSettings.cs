namespace OrleansInference.Bench.Chaos;

/// <summary>Settings of the disturbances and of the load.</summary>
internal sealed record ChaosSettings
{
    /// <summary>Kind of the disturbance. Names with "kill" stand for every kind.</summary>
    public DisturbanceKind By { get; init; }

    public required int Kills { get; init; }

    /// <summary>Duration of a freeze.</summary>
    public TimeSpan Frozen { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Time without data after which a client changes to the next node; infinite for clients that wait for a broken connection.</summary>
    public TimeSpan ClientTimeout { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>Number of open requests at any time.</summary>
    public required int Streams { get; init; }

    /// <summary>Name of the model in requests.</summary>
    public string Model { get; init; } = string.Empty;

    /// <summary>Number of stages of a whole cluster, over all pipelines.</summary>
    public required int Stages { get; init; }

    /// <summary>Number of pipelines of the cluster.</summary>
    public int Pipelines { get; init; } = 1;

    /// <summary>Roles whose nodes are disturbed, in turn.</summary>
    public IReadOnlyList<NodeRole> Roles { get; init; } = Enum.GetValues<NodeRole>();

    /// <summary>Number of words of each prompt, in addition to numbers that make it unique.</summary>
    public int PromptWords { get; init; }

    /// <summary>Number of tokens of each answer.</summary>
    public int GenerateTokens { get; init; } = 300;

    /// <summary>Time from the recovery of the cluster to the next disturbance.</summary>
    public TimeSpan Between { get; init; }

    /// <summary>Number of different requests; each stream sends them in an order of its own.</summary>
    public int Requests => 2 * Streams;
}

/// <summary>Role for which a node is chosen; a node may have several.</summary>
internal enum NodeRole
{
    /// <summary>Runs layers; if possible, it has neither the router nor the directory.</summary>
    Stage,

    /// <summary>Has the router.</summary>
    Router,

    /// <summary>Has the directory.</summary>
    Directory,

    /// <summary>Serves most of the streams.</summary>
    Gateway,
}
