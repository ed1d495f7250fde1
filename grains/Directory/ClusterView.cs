using Orleans.Concurrency;
using OrleansInference.Engine.Requests;

namespace OrleansInference.Grains.Directory;

/// <summary>The nodes that there are, and what the routers say.</summary>
/// <param name="Nodes">By name.</param>
/// <param name="Router">The one of the first pipeline, as of its last word.</param>
/// <param name="Drains">Names of nodes that are asked to stop.</param>
/// <param name="Directory">Name of the node that the directory is active on.</param>
/// <param name="Complete">Whether all nodes of the cluster have spoken to the directory; before, there may be more than it knows.</param>
/// <param name="Refusal">To a node that announced itself and is not to take part: why.</param>
[GenerateSerializer, Immutable, Alias("inference.view")]
public sealed record ClusterView(
    [property: Id(0)] IReadOnlyList<NodeState> Nodes, [property: Id(1)] RouterSummary Router, [property: Id(2)] IReadOnlyList<string> Drains,
    [property: Id(3)] string Directory, [property: Id(4)] bool Complete = true, [property: Id(5)] string? Refusal = null)
{
    // A directory of an earlier version does not say the next ones, and a record that is read has no initial values.

    /// <summary>The routers of the other pipelines.</summary>
    [Id(6)]
    public IReadOnlyList<RouterSummary> Others { get => field ?? []; init; }

    /// <summary>What devices are to do that do not serve the pipeline that they belong to.</summary>
    [Id(7)]
    public IReadOnlyList<DeviceOrder> Orders { get => field ?? []; init; }

    /// <summary>The directory's activation; empty from a directory of an earlier version, which always sends all that there is.</summary>
    [Id(8)]
    public Guid Activation { get; init; }

    /// <summary>The version that the directory can say later changes of.</summary>
    [Id(9)]
    public long Version { get; init; }

    /// <summary>Of all pipelines, in the order of their numbers.</summary>
    public IReadOnlyList<RouterSummary> Routers => [Router, .. Others];

    public static readonly ClusterView Empty = new([], RouterSummary.None, [], string.Empty, Complete: false);

    /// <summary>This view after an earlier one: while it is not complete, nodes that were known then are still there.</summary>
    public ClusterView After(ClusterView earlier) =>
        Complete ? this : this with { Nodes = [.. Nodes, .. earlier.Nodes.Where(known => !Nodes.Any(node => node.Silo.Equals(known.Silo)))] };

    /// <summary>The engine's status as the front end shows it: that of all pipelines together.</summary>
    public ServiceStatus Status => new(
        Routers.Any(static router => router.Serves), Routers.Any(static router => router.Serves) ? null : Router.Reason, Routers.Aggregate(default(EngineFigures), static (sum, router) => sum + router.Figures));

    /// <summary>The node with a device; null when it is not there, or not yet known.</summary>
    public NodeState? WithDevice(int number) => Nodes.FirstOrDefault(node => node.Devices.Any(device => device.Number == number));
}
