using System.Collections.Frozen;
using System.Net;
using OrleansInference.Grains.Directory;

namespace OrleansInference.Grains.Links;

/// <summary>
/// This node's connections to the others, in addition to those of Orleans. Sending a message takes one system call, where a grain call wakes four threads, and
/// large messages do not delay Orleans' own. Links guarantee no delivery: a message that they do not accept is sent as a grain call, and the sender repeats a lost one.
/// </summary>
public sealed class NodeLinks : IDisposable
{
    private readonly int _gateway;
    private readonly LinkTls? _tls;
    private readonly LinkListener _listener;
    private volatile FrozenDictionary<int, PeerLinks> _peers = FrozenDictionary<int, PeerLinks>.Empty;

    /// <param name="gateway">Number of this node's gateway.</param>
    /// <param name="address">Address to listen on.</param>
    /// <param name="port">Port to listen on; 0: any free port.</param>
    /// <param name="tls">TLS of the links, the same on all nodes; null for plain TCP.</param>
    /// <param name="take">Receives each batch, on the connections' threads.</param>
    public NodeLinks(int gateway, IPAddress address, int port, LinkTls? tls, Action<MessageBatch> take)
    {
        _gateway = gateway;
        _tls = tls;
        _listener = new LinkListener(gateway, address, port, tls, take);
        _listener.Start();
    }

    public int Port => _listener.Port;

    /// <summary>Key that callers need; only members of the cluster receive it.</summary>
    public byte[] Key => _listener.Key;

    /// <summary>Applies the nodes of a view. Not thread-safe.</summary>
    public void Update(ClusterView view)
    {
        FrozenDictionary<int, PeerLinks> before = _peers;
        NodeState[] others = [.. view.Nodes.Where(node => node.Gateway != _gateway && node.LinkPort != 0)];
        if (others.Length == before.Count && others.All(node => before.ContainsKey(node.Gateway)))
        {
            return;
        }

        _peers = others.ToFrozenDictionary(static node => node.Gateway, node => before.GetValueOrDefault(node.Gateway) ?? new PeerLinks(_gateway, node, _tls));
        foreach ((int gateway, PeerLinks removed) in before)
        {
            if (!_peers.ContainsKey(gateway))
            {
                removed.Dispose();
            }
        }
    }

    /// <returns>Whether a link to that node accepted the batch; otherwise the caller has to send it by another path.</returns>
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
