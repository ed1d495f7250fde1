using Orleans.Concurrency;
using Orleans.Runtime;

namespace OrleansInference.Grains.Directory;

/// <summary>State of a node as it announces it.</summary>
[GenerateSerializer, Immutable, Alias("inference.node")]
public sealed record NodeState
{
    [Id(0)]
    public required string Name { get; init; }

    [Id(1)]
    public required SiloAddress Silo { get; init; }

    /// <summary>Number of the node's gateway; a restarted node has another one.</summary>
    [Id(2)]
    public required int Gateway { get; init; }

    /// <summary>Address of the node's HTTP interface.</summary>
    [Id(3)]
    public required string Url { get; init; }

    [Id(4)]
    public required IReadOnlyList<DeviceState> Devices { get; init; }

    /// <summary>Configuration of the node: the same on all nodes of a cluster.</summary>
    [Id(5)]
    public required ClusterConfig Terms { get; init; }

    /// <summary>Whether the node is going to stop and its layers have to move.</summary>
    [Id(6)]
    public bool Draining { get; init; }

    [Id(7)]
    public int Sessions { get; init; }

    [Id(8)]
    public int Streams { get; init; }

    [Id(9)]
    public int Process { get; init; }

    /// <summary>Port of the node's links, on the silo's address; 0: none.</summary>
    [Id(10)]
    public int LinkPort { get; init; }

    /// <summary>Messages that the node sent over links.</summary>
    [Id(20)]
    public long LinkMessages { get; init; }

    /// <summary>Approximate bytes of those messages.</summary>
    [Id(21)]
    public long LinkBytes { get; init; }

    /// <summary>Messages that the node sent as grain calls.</summary>
    [Id(22)]
    public long CallMessages { get; init; }

    /// <summary>Key that callers of the node's links need: for the members of the cluster alone.</summary>
    [Id(11)]
    public byte[] LinkKey { get; init; } = [];

    /// <summary>Whether a directory has let the node take part.</summary>
    [Id(12)]
    public bool Admitted { get; init; }

    /// <summary>Number of the announcement that contained this state; a later one has a higher number. 0 from a node of an earlier version.</summary>
    [Id(23)]
    public long Number { get; init; }

    /// <summary>What its routers would divide the work among tenants by, as text; empty from a node of an earlier version. Not one of the terms: weights may change while nodes are started again one after the other.</summary>
    [Id(24)]
    public string Weights { get => field ?? string.Empty; init; } = string.Empty;

    /// <summary>Whether the node accepts and forwards a <see cref="ViewUpdate"/>. A node of an earlier version requests changes only.</summary>
    [Id(25)]
    public bool AcceptsUpdates { get; init; }

    /// <summary>Returns this node with another condition.</summary>
    public NodeState With(NodeCondition condition) => this with
    {
        Draining = condition.Draining,
        Admitted = condition.Admitted,
        Devices = [.. Devices.Zip(condition.Devices, static (device, now) => device.With(now))],
    };

    /// <summary>Returns this node with other figures.</summary>
    public NodeState With(NodeFigures figures) => this with
    {
        Sessions = figures.Sessions,
        Streams = figures.Streams,
        LinkMessages = figures.LinkMessages,
        LinkBytes = figures.LinkBytes,
        CallMessages = figures.CallMessages,
        Devices = [.. Devices.Zip(figures.Devices, static (device, now) => device.With(now))],
    };

    /// <summary>Whether another state is of the same node and differs at most in its condition and its figures.</summary>
    public bool IsSameNode(NodeState other) =>
        Gateway == other.Gateway && Name == other.Name && Silo.Equals(other.Silo) && Url == other.Url && Process == other.Process && LinkPort == other.LinkPort
        && LinkKey.AsSpan().SequenceEqual(other.LinkKey) && Terms == other.Terms
        && Devices.Count == other.Devices.Count && Devices.Zip(other.Devices).All(static pair => pair.First.IsSameDevice(pair.Second));
}
