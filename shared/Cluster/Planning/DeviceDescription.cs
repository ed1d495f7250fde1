namespace OrleansInference.Cluster.Planning;

/// <summary>Whether a device can be given layers.</summary>
public enum DeviceState
{
    Ready,

    /// <summary>Its node has announced that it will stop; it gets no layers in a new plan.</summary>
    Draining,

    /// <summary>Not reachable; it gets no layers in a new plan.</summary>
    Lost,
}

/// <summary>What a node announces about one of its devices.</summary>
public sealed record DeviceDescription
{
    /// <summary>Unique in the cluster.</summary>
    public required string Id { get; init; }

    /// <summary>The node it is in; hidden states between devices of one node take no hop.</summary>
    public required string Node { get; init; }

    /// <summary>Such as <c>cpu</c> or the name of an accelerator; for people.</summary>
    public string Kind { get; init; } = "cpu";

    /// <summary>Memory for weights, pages and workspace.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>Measured, in bytes per second.</summary>
    public required double ReadBandwidth { get; init; }

    /// <summary>Measured floating-point operations per second.</summary>
    public required double ArithmeticRate { get; init; }

    /// <summary>The way to other nodes; null takes <see cref="PlannerOptions.DefaultLink"/>.</summary>
    public LinkDescription? Link { get; init; }

    public DeviceState State { get; init; }
}

/// <summary>A device's connection to other nodes.</summary>
/// <param name="Latency">One way, of a small message.</param>
/// <param name="Bandwidth">Bytes per second.</param>
public sealed record LinkDescription(TimeSpan Latency, double Bandwidth);
