namespace OrleansInference.Grains.Directory;

/// <summary>Who may take part in a cluster: nodes that go by the same terms as those that take part already.</summary>
internal static class Admission
{
    /// <summary>What the cluster goes by: the terms of nodes that take part; before there are any, those that most nodes have, and of these the first that started.</summary>
    /// <param name="nodes">At least one.</param>
    public static ClusterConfig Terms(IReadOnlyCollection<NodeState> nodes) =>
        nodes.FirstOrDefault(static node => node.Admitted)?.Terms
        ?? nodes.GroupBy(static node => node.Terms).OrderByDescending(static same => same.Count()).ThenBy(static same => same.Min(static node => node.Gateway)).First().Key;

    /// <summary>Those of some nodes that may take part.</summary>
    public static List<NodeState> Of(List<NodeState> nodes)
    {
        if (nodes.Count == 0)
        {
            return nodes;
        }

        ClusterConfig terms = Terms(nodes);
        return nodes.FindAll(node => node.Admitted || node.Terms == terms);
    }

    /// <summary>What a node is told that may not take part; null for one that may.</summary>
    public static string? Refusal(IReadOnlyCollection<NodeState> nodes, NodeState node, string cluster) =>
        node.Admitted || node.Terms.DifferenceFrom(Terms(nodes)) is not { } difference
            ? null
            : $"The cluster of {cluster} refuses node {node.Name}: {difference}.";
}
