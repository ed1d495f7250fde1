namespace OrleansInference.Cluster.Planning;

/// <summary>Availability of a device for layers.</summary>
public enum DeviceState
{
    Ready,

    /// <summary>The node has announced that it will stop; the device gets no layers in a new plan.</summary>
    Draining,

    /// <summary>The device cannot be reached; it gets no layers in a new plan.</summary>
    Lost,
}

/// <summary>Description of a device that its node announces.</summary>
public sealed record DeviceDescription
{
    /// <summary>Identifier, unique in the cluster.</summary>
    public required string Id { get; init; }

    /// <summary>Node of the device. Hidden states between devices of one node need no hop.</summary>
    public required string Node { get; init; }

    /// <summary>Kind for display, such as <c>cpu</c> or the name of an accelerator.</summary>
    public string Kind { get; init; } = "cpu";

    /// <summary>Memory for weights, pages and workspace.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>Measured read bandwidth, in bytes per second.</summary>
    public required double ReadBandwidth { get; init; }

    /// <summary>Measured arithmetic rate, in floating-point operations per second.</summary>
    public required double ArithmeticRate { get; init; }

    /// <summary>Connection to other nodes; null means <see cref="PlannerOptions.DefaultLink"/>.</summary>
    public LinkDescription? Link { get; init; }

    public DeviceState State { get; init; }
}

/// <summary>A device's connection to other nodes.</summary>
/// <param name="Latency">One-way latency of a small message.</param>
/// <param name="Bandwidth">Bytes per second.</param>
public sealed record LinkDescription(TimeSpan Latency, double Bandwidth);
