using Microsoft.Extensions.Logging;

namespace OrleansInference.Grains.Directory;

/// <summary>
/// Logs nodes that join, leave and are refused, at the directory, so that a cluster has each line once. A directory that is activated anew begins with the nodes that its node knew before.
/// </summary>
/// <param name="logger">Receives the lines.</param>
/// <param name="known">Nodes that took part before.</param>
/// <param name="own">Gateway of the directory's own node, of whose end it is not to speak.</param>
internal sealed partial class MemberLog(ILogger logger, IEnumerable<NodeState> known, int own)
{
    private readonly Dictionary<int, NodeState> _members = known.DistinctBy(static node => node.Gateway).ToDictionary(static node => node.Gateway);
    private readonly Dictionary<int, string> _refused = []; // reasons by gateway

    /// <summary>Compares the nodes that take part with those before.</summary>
    /// <param name="nodes">That take part.</param>
    /// <param name="complete">Whether others do not: before, those that are missing may not have announced themselves yet.</param>
    public void Update(IReadOnlyList<NodeState> nodes, bool complete)
    {
        foreach (NodeState node in nodes)
        {
            if (!_members.ContainsKey(node.Gateway))
            {
                Joined(node.Name, node.Silo.Endpoint.ToString(), node.Devices.Count, nodes.Count);
                if (_members.Values.FirstOrDefault(other => nodes.Any(present => present.Gateway == other.Gateway) && HasOtherWeights(other, node)) is { } other)
                {
                    WeightsDiffer(node.Name, node.Weights, other.Name, other.Weights);
                }
            }

            _members[node.Gateway] = node;
        }

        if (!complete || _members.Count == nodes.Count)
        {
            return;
        }

        HashSet<int> present = [.. nodes.Select(static node => node.Gateway)];
        foreach (NodeState gone in _members.Values.Where(node => !present.Contains(node.Gateway)).ToArray())
        {
            _members.Remove(gone.Gateway);
            if (gone.Gateway == own)
            {
                continue;
            }

            if (gone.Draining)
            {
                Left(gone.Name, nodes.Count);
            }
            else
            {
                Lost(gone.Name, nodes.Count);
            }
        }
    }

    /// <summary>A node that announced itself is not to take part.</summary>
    public void Refuse(NodeState node, string reason)
    {
        if (_refused.GetValueOrDefault(node.Gateway) != reason)
        {
            _refused[node.Gateway] = reason;
            Refused(node.Name, node.Silo.Endpoint.ToString(), reason);
        }
    }

    /// <summary>A node of an earlier version does not say what it has.</summary>
    private static bool HasOtherWeights(NodeState node, NodeState other) => node.Weights.Length > 0 && other.Weights.Length > 0 && node.Weights != other.Weights;

    [LoggerMessage(LogLevel.Information, "Node {Node} at {Address} joined the cluster. Devices: {Devices}; nodes: {Nodes}.")]
    private partial void Joined(string node, string address, int devices, int nodes);

    [LoggerMessage(LogLevel.Information, "Node {Node} left the cluster after its drain. Nodes: {Nodes}.")]
    private partial void Left(string node, int nodes);

    [LoggerMessage(LogLevel.Warning, "Node {Node} left the cluster without a drain. Nodes: {Nodes}.")]
    private partial void Lost(string node, int nodes);

    [LoggerMessage(LogLevel.Warning, "The tenant weights of node {Node} ({Weights}) differ from those of node {Other} ({OtherWeights}). A router uses the weights of its node: set TenantWeights, PromptTokenWeight and GeneratedTokenWeight the same on all nodes.")]
    private partial void WeightsDiffer(string node, string weights, string other, string otherWeights);

    [LoggerMessage(LogLevel.Warning, "Node {Node} at {Address} is refused: {Reason}")]
    private partial void Refused(string node, string address, string reason);
}
