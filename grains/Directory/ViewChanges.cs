using Orleans.Concurrency;
using Orleans.Runtime;

namespace OrleansInference.Grains.Directory;

/// <summary>Changes of a directory's view since a version. Unchanged entries are absent; null stands for no entries.</summary>
/// <remarks>Uses arrays because they have no type on the wire.</remarks>
/// <param name="Version">Version of the view with these changes.</param>
[GenerateSerializer, Immutable, Alias("inference.view-changes")]
public sealed record ViewChanges([property: Id(0)] long Version)
{
    /// <summary>Whether all nodes of the cluster have announced themselves to the directory.</summary>
    [Id(1)]
    public bool Complete { get; init; } = true;

    /// <summary>Reason for a node that may not take part; null otherwise.</summary>
    [Id(2)]
    public string? Refusal { get; init; }

    /// <summary>Nodes that joined, or rejoined as others.</summary>
    [Id(3)]
    public NodeState[]? Nodes { get; init; }

    /// <summary>Changed conditions of other nodes.</summary>
    [Id(4)]
    public NodeCondition[]? Conditions { get; init; }

    /// <summary>Gateways of nodes that left.</summary>
    [Id(5)]
    public int[]? Removed { get; init; }

    /// <summary>Routers that are new, or changed apart from their figures.</summary>
    [Id(6)]
    public RouterSummary[]? Routers { get; init; }

    /// <summary>Loads of the other routers.</summary>
    [Id(7)]
    public RouterLoad[]? Loads { get; init; }

    /// <summary>Pipelines that were removed.</summary>
    [Id(8)]
    public int[]? Ended { get; init; }

    /// <summary>Names of all nodes that were asked to stop.</summary>
    [Id(9)]
    public string[]? Drains { get; init; }

    /// <summary>All orders of devices.</summary>
    [Id(10)]
    public DeviceOrder[]? Orders { get; init; }

    /// <summary>
    /// Whether the node has to ask for changes again soon. Otherwise the directory calls it when there are relevant changes, and the node asks by itself from
    /// time to time.
    /// </summary>
    [Id(11)]
    public bool IsMoving { get; init; } = true;

    /// <summary>Whether no entry changed.</summary>
    public bool IsEmpty => Nodes is null && Conditions is null && Removed is null && Routers is null && Loads is null && Ended is null && Drains is null && Orders is null;
}

/// <summary>Changes of the directory's view, sent to nodes that did not request them. One node receives them from the directory and forwards them to others, so that the directory's work does not grow with the number of nodes.</summary>
/// <param name="Since">Version to which the changes apply. A node with an earlier version requests the changes instead.</param>
/// <param name="Changes">Changes since that version.</param>
/// <param name="Others">Nodes to which the receiver forwards the changes.</param>
[GenerateSerializer, Immutable, Alias("inference.view-news")]
public sealed record ViewUpdate([property: Id(0)] long Since, [property: Id(1)] ViewChanges Changes, [property: Id(2)] UpdateTarget[]? Others);

/// <summary>Receiver of a <see cref="ViewUpdate"/>.</summary>
/// <param name="Gateway">Number of the node's gateway.</param>
/// <param name="Silo">Silo of the node.</param>
[GenerateSerializer, Immutable, Alias("inference.news-target")]
public sealed record UpdateTarget([property: Id(0)] int Gateway, [property: Id(1)] SiloAddress Silo);
