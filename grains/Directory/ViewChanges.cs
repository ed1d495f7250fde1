using Orleans.Concurrency;

namespace OrleansInference.Grains.Directory;

/// <summary>What changed in a directory's view since a version of it. Entries that did not change are not there; null stands for no entries.</summary>
/// <remarks>Arrays, as these have no type on the wire.</remarks>
/// <param name="Version">The version with these changes.</param>
[GenerateSerializer, Immutable, Alias("inference.view-changes")]
internal sealed record ViewChanges([property: Id(0)] long Version)
{
    /// <summary>Whether all nodes of the cluster have spoken to the directory.</summary>
    [Id(1)]
    public bool Complete { get; init; } = true;

    /// <summary>To a node that is not to take part: why.</summary>
    [Id(2)]
    public string? Refusal { get; init; }

    /// <summary>Nodes that came, or came back as others.</summary>
    [Id(3)]
    public NodeState[]? Nodes { get; init; }

    /// <summary>Conditions of other nodes.</summary>
    [Id(4)]
    public NodeCondition[]? Conditions { get; init; }

    /// <summary>Gateways of nodes that left.</summary>
    [Id(5)]
    public int[]? Gone { get; init; }

    /// <summary>Routers that came, or are others than before apart from their figures.</summary>
    [Id(6)]
    public RouterSummary[]? Routers { get; init; }

    /// <summary>Loads of other routers.</summary>
    [Id(7)]
    public RouterLoad[]? Loads { get; init; }

    /// <summary>Pipelines that are no more.</summary>
    [Id(8)]
    public int[]? Ended { get; init; }

    /// <summary>All names of nodes that are asked to stop.</summary>
    [Id(9)]
    public string[]? Drains { get; init; }

    /// <summary>All orders of devices.</summary>
    [Id(10)]
    public DeviceOrder[]? Orders { get; init; }

    /// <summary>Whether the node is to ask for changes again soon. Otherwise it is called when there are some that matter, and asks by itself now and then.</summary>
    [Id(11)]
    public bool IsMoving { get; init; } = true;

    /// <summary>Whether no entry changed.</summary>
    public bool IsEmpty => Nodes is null && Conditions is null && Gone is null && Routers is null && Loads is null && Ended is null && Drains is null && Orders is null;
}
