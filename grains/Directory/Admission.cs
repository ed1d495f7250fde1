using OrleansInference.Cluster.Hosting;
using OrleansInference.Cluster.Planning;
using OrleansInference.Cluster.Protocol;

namespace OrleansInference.Grains.Directory;

/// <summary>Decides which nodes may take part in a cluster: nodes with the same configuration as those that take part already.</summary>
internal static class Admission
{
    /// <summary>Configuration of the cluster: that of the nodes that take part. Before there are any, that of the most nodes, and among equals that of the node that started first.</summary>
    /// <param name="nodes">Nodes; at least one.</param>
    public static ClusterConfig Terms(IReadOnlyCollection<NodeState> nodes) =>
        nodes.FirstOrDefault(static node => node.Admitted)?.Terms
        ?? nodes.GroupBy(static node => node.Terms).OrderByDescending(static same => same.Count()).ThenBy(static same => same.Min(static node => node.Gateway)).First().Key;

    /// <summary>Selects the nodes that may take part.</summary>
    public static List<NodeState> Of(List<NodeState> nodes)
    {
        if (nodes.Count == 0)
        {
            return nodes;
        }

        ClusterConfig terms = Terms(nodes);
        return nodes.FindAll(node => node.Admitted || node.Terms == terms);
    }

    /// <summary>Reason why a node may not take part; null if it may.</summary>
    public static string? Refusal(IReadOnlyCollection<NodeState> nodes, NodeState node, string cluster) =>
        node.Admitted || node.Terms.DifferenceFrom(Terms(nodes)) is not { } difference
            ? null
            : $"The cluster of {cluster} refuses node {node.Name}: {difference}.";
}

/// <summary>Input of the planner from the states of nodes.</summary>
internal static class PlannedSourceExtensions
{
    /// <summary>Describes the devices of all nodes to a planner.</summary>
    public static void Describe(this PlannedSource planned, IReadOnlyList<NodeState> nodes)
    {
        foreach (NodeState node in nodes)
        {
            foreach (DeviceState device in node.Devices)
            {
                planned.Describe(new DeviceLife(device.Number, 1), new DeviceDescription
                {
                    Id = string.Empty,
                    Node = node.Name,
                    Kind = device.Kind,
                    MemoryBytes = device.MemoryBytes,
                    ReadBandwidth = device.ReadBandwidth,
                    ArithmeticRate = device.ArithmeticRate,
                }, device.RateShare);
            }
        }

        planned.Weigh(nodes.SelectMany(static node => node.Devices).Select(static device => new DeviceLife(device.Number, 1)), TimeSpan.FromMilliseconds(Environment.TickCount64));
    }
}
