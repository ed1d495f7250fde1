using Orleans.Concurrency;
using OrleansInference.Engine.Requests;

namespace OrleansInference.Grains.Directory;

/// <summary>View of the cluster: its nodes and the routers' status.</summary>
/// <param name="Nodes">Nodes by name.</param>
/// <param name="Router">Last reported status of the first pipeline's router.</param>
/// <param name="Drains">Names of nodes that were asked to stop.</param>
/// <param name="Directory">Name of the node that the directory is active on.</param>
/// <param name="Complete">Whether all nodes of the cluster have announced themselves to the directory. Before, there may be nodes that it does not know.</param>
/// <param name="Refusal">Reason for a node that announced itself and may not take part; null otherwise.</param>
[GenerateSerializer, Immutable, Alias("inference.view")]
public sealed record ClusterView(
    [property: Id(0)] IReadOnlyList<NodeState> Nodes, [property: Id(1)] RouterSummary Router, [property: Id(2)] IReadOnlyList<string> Drains,
    [property: Id(3)] string Directory, [property: Id(4)] bool Complete = true, [property: Id(5)] string? Refusal = null)
{
    // A directory of an earlier version does not send the next ones, and a deserialized record has no initial values.

    /// <summary>Routers of the other pipelines.</summary>
    [Id(6)]
    public IReadOnlyList<RouterSummary> Others { get => field ?? []; init; }

    /// <summary>Orders for devices that do not serve the pipeline that they belong to.</summary>
    [Id(7)]
    public IReadOnlyList<DeviceOrder> Orders { get => field ?? []; init; }

    /// <summary>Activation of the directory; empty from a directory of an earlier version, which always sends the whole view.</summary>
    [Id(8)]
    public Guid Activation { get; init; }

    /// <summary>Version from which the directory can send later changes.</summary>
    [Id(9)]
    public long Version { get; init; }

    /// <summary>Routers of all pipelines, in the order of their numbers.</summary>
    public IReadOnlyList<RouterSummary> Routers => [Router, .. Others];

    public static readonly ClusterView Empty = new([], RouterSummary.None, [], string.Empty, Complete: false);

    /// <summary>Merges this view with an earlier one: while this view is not complete, nodes of the earlier view are kept.</summary>
    public ClusterView After(ClusterView earlier) =>
        Complete ? this : this with { Nodes = [.. Nodes, .. earlier.Nodes.Where(known => !Nodes.Any(node => node.Silo.Equals(known.Silo)))] };

    /// <summary>Status of the engine that the front end shows: that of all pipelines together.</summary>
    public ServiceStatus Status => new(
        Routers.Any(static router => router.Serves), Routers.Any(static router => router.Serves) ? null : Router.Reason, Routers.Aggregate(default(EngineFigures), static (sum, router) => sum + router.Figures));

    /// <summary>Finds the node with a device; null if the node is gone or not known yet.</summary>
    public NodeState? WithDevice(int number) => Nodes.FirstOrDefault(node => node.Devices.Any(device => device.Number == number));
}
