using System.Diagnostics;
using OrleansInference.Cli.Connection;

namespace OrleansInference.Cli.Cluster;

/// <summary>Asks a node to leave, and waits until it is no longer part of the cluster.</summary>
/// <param name="server">Address of any node; it may be the one that leaves.</param>
/// <param name="key">Administrator key.</param>
/// <param name="connection">Certificates of the connections to all nodes.</param>
/// <param name="say">Receives the progress.</param>
internal sealed class NodeDeparture(Uri server, string? key, ServerConnection connection, Action<string> say)
{
    private static readonly TimeSpan AskInterval = TimeSpan.FromMilliseconds(250);

    private string _said = string.Empty;

    /// <param name="name">Name of the node.</param>
    /// <param name="limit">Time limit of the wait; null does not wait.</param>
    /// <exception cref="InferenceException">The node does not exist, it still runs after the time limit, or no node answers.</exception>
    public async Task RunAsync(string name, TimeSpan? limit)
    {
        using ClusterApi api = new(server, key, connection);
        ClusterStatus status = await api.ReadAsync();
        NodeStatus node = status.Find(name) ?? throw new InferenceException(
            ErrorCode.InvalidOption, $"There is no node '{name}'; the cluster has {string.Join(", ", status.Nodes.Select(static other => other.Name))}.", "node");
        await api.DrainAsync(name);
        if (limit is { } patience)
        {
            await WaitAsync(api, status, node, patience);
        }
    }

    private async Task WaitAsync(ClusterApi asked, ClusterStatus before, NodeStatus node, TimeSpan limit)
    {
        ClusterApi[] others = [.. before.Nodes
            .Where(other => other.Name != node.Name && Uri.IsWellFormedUriString(other.Url, UriKind.Absolute))
            .Select(other => new ClusterApi(new Uri(other.Url), key, connection))];
        try
        {
            long start = Stopwatch.GetTimestamp();
            while (!await HasLeftAsync([asked, .. others], before.Answered, node))
            {
                if (Stopwatch.GetElapsedTime(start) > limit)
                {
                    throw new InferenceException(ErrorCode.Unavailable, $"Node '{node.Name}' is still running after {limit.TotalSeconds} s.");
                }

                await Task.Delay(AskInterval);
            }
        }
        finally
        {
            Array.ForEach(others, static other => other.Dispose());
        }
    }

    /// <summary>Whether the first node that answers no longer knows the node. The leaving node may be the only one that answers.</summary>
    private async Task<bool> HasLeftAsync(IEnumerable<ClusterApi> nodes, string answered, NodeStatus node)
    {
        foreach (ClusterApi api in nodes)
        {
            try
            {
                ClusterStatus status = await api.ReadAsync();

                // A successor may have joined under the same name.
                if (status.Nodes.FirstOrDefault(other => other.Name == node.Name && other.Silo == node.Silo) is not { } present)
                {
                    return true;
                }

                Say($"{node.Name}: layers {present.Layers}, {present.Streams} streams, {present.Sessions} sessions");
                return false;
            }
            catch (InferenceException error) when (error.Code == ErrorCode.Unavailable)
            {
                Say(error.Message);
            }
        }

        return answered == node.Name;
    }

    private void Say(string line)
    {
        if (line != _said)
        {
            _said = line;
            say(line);
        }
    }
}
