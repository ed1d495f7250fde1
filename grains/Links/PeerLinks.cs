using System.Net;
using OrleansInference.Grains.Directory;

namespace OrleansInference.Grains.Links;

/// <summary>
/// Connections to one other node: one for tokens and the hidden states of decoding, one for prompts, pages and replays, so that the former never queue behind
/// the latter. Each connection is opened for its first message.
/// </summary>
/// <param name="from">Number of this node's gateway.</param>
/// <param name="node">The other node.</param>
/// <param name="tls">TLS of the connections; null for plain TCP.</param>
internal sealed class PeerLinks(int from, NodeState node, LinkTls? tls) : IDisposable
{
    /// <summary>Maximum size of messages that are never bulk.</summary>
    public const int MaxUrgentBytes = 64 * 1024;

    private const int RetryMilliseconds = 250;

    private readonly Lock _lock = new();
    private readonly IPEndPoint _endpoint = new(node.Silo.Endpoint.Address, node.LinkPort);
    private readonly Lane _urgent = new();
    private readonly Lane _bulk = new();
    private bool _closed;

    /// <returns>Whether a link accepted the batch; otherwise the caller has to send it by another path.</returns>
    public bool TrySend(MessageBatch batch, int bytes)
    {
        Lane lane = bytes <= MaxUrgentBytes ? _urgent : _bulk;
        Link? link = lane.Link;
        if (link?.TrySend(batch, bytes) == true)
        {
            return true;
        }

        if (link is null || link.State == LinkState.Broken)
        {
            Open(lane);
        }

        return false;
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _closed = true;
            _urgent.Link?.Dispose();
            _bulk.Link?.Dispose();
        }
    }

    private void Open(Lane lane)
    {
        lock (_lock)
        {
            long now = Environment.TickCount64;
            if (_closed || (lane.Link is { } link && (link.State != LinkState.Broken || now - lane.Opened < RetryMilliseconds)))
            {
                return;
            }

            lane.Link?.Dispose();
            lane.Opened = now;
            lane.Link = new Link(from, node.Gateway, _endpoint, node.LinkKey, tls);
            lane.Link.Start();
        }
    }

    private sealed class Lane
    {
        private volatile Link? _link;

        public Link? Link
        {
            get => _link;
            set => _link = value;
        }

        public long Opened { get; set; }
    }
}
