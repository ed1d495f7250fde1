using System.Collections.Frozen;
using System.Net;
using OrleansInference.Grains.Directory;

namespace OrleansInference.Grains.Links;

/// <summary>
/// This node's connections to the others, beside Orleans': a message is on them after one call of the system, where a grain call wakes four threads, and large ones do not hold up
/// what Orleans itself has to say. They promise nothing: what they do not take goes as a grain call, and what is lost is repeated by its sender.
/// </summary>
internal sealed class NodeLinks : IDisposable
{
    private readonly int _gateway;
    private readonly LinkTls? _tls;
    private readonly LinkListener _listener;
    private volatile FrozenDictionary<int, PeerLinks> _peers = FrozenDictionary<int, PeerLinks>.Empty;

    /// <param name="gateway">Number of this node's gateway.</param>
    /// <param name="address">Where to listen.</param>
    /// <param name="port">0: any that is free.</param>
    /// <param name="tls">What the links speak, here as on all nodes; null for plain TCP.</param>
    /// <param name="take">Told of what comes, on the connections' threads.</param>
    public NodeLinks(int gateway, IPAddress address, int port, LinkTls? tls, Action<MessageBatch> take)
    {
        _gateway = gateway;
        _tls = tls;
        _listener = new LinkListener(gateway, address, port, tls, take);
        _listener.Start();
    }

    public int Port => _listener.Port;

    /// <summary>What callers have to know, for the members of the cluster alone.</summary>
    public byte[] Key => _listener.Key;

    /// <summary>Takes note of the nodes that there are; one caller at a time.</summary>
    public void Update(ClusterView view)
    {
        FrozenDictionary<int, PeerLinks> before = _peers;
        NodeState[] others = [.. view.Nodes.Where(node => node.Gateway != _gateway && node.LinkPort != 0)];
        if (others.Length == before.Count && others.All(node => before.ContainsKey(node.Gateway)))
        {
            return;
        }

        _peers = others.ToFrozenDictionary(static node => node.Gateway, node => before.GetValueOrDefault(node.Gateway) ?? new PeerLinks(_gateway, node, _tls));
        foreach ((int gateway, PeerLinks gone) in before)
        {
            if (!_peers.ContainsKey(gateway))
            {
                gone.Dispose();
            }
        }
    }

    /// <returns>Whether the batch is on its way to that node; otherwise it has to go another one.</returns>
    public bool TrySend(int gateway, MessageBatch batch, int bytes) => _peers.TryGetValue(gateway, out PeerLinks? peer) && peer.TrySend(batch, bytes);

    public void Dispose()
    {
        _listener.Dispose();
        foreach (PeerLinks peer in _peers.Values)
        {
            peer.Dispose();
        }
    }
}
