using OrleansInference.Grains.Directory;
using static OrleansInference.ClusterTests.Views.SampleNodes;

namespace OrleansInference.ClusterTests.Views;

/// <summary>Nodes, a router and the directory's activations, with the messages between them in flight.</summary>
internal sealed class SimulatedFleet
{
    private const int RemovalsKept = 3; // so that versions that are not covered any more occur

    private readonly Random _random;
    private readonly List<SimulatedNode> _nodes = [];
    private readonly HashSet<int> _lost = []; // gateways
    private readonly List<Action> _inFlight = []; // each a delivery
    private readonly ViewCopy _router = new();
    private ClusterState _state;
    private ClusterState? _before; // an activation that goes on although there is a later one
    private long _told; // version that the router has
    private RouterSummary[] _routers = [new() { Number = 1 }];
    private DeviceOrder[] _orders = [];
    private int _nextGateway = 10;

    public SimulatedFleet(Random random)
    {
        _random = random;
        _state = new ClusterState(Guid.NewGuid(), "node-1", RemovalsKept);
        for (int i = 0; i < 4; i++)
        {
            Join();
        }
    }

    /// <summary>One thing happens.</summary>
    public void Act()
    {
        SimulatedNode node = _nodes[_random.Next(_nodes.Count)];
        switch (_random.Next(20))
        {
            case 0 when _nodes.Count < 8:
                Join();
                break;
            case 1 when _nodes.Count > 1:
                _nodes.Remove(node);
                _lost.Add(node.State.Gateway);
                break;
            case 2:
                _state.Remove(gone => _lost.Contains(gone.Gateway));
                break;
            case 3:
                _before = _state;
                _state = new ClusterState(Guid.NewGuid(), $"node-{_random.Next(9)}", RemovalsKept);
                _told = 0;
                break;
            case 4:
                _state.Complete |= _nodes.TrueForAll(present => _state.Contains(present.State.Silo));
                break;
            case 5:
                _routers = [.. Enumerable.Range(0, _random.Next(1, 4)).Select(pipeline => new RouterSummary { Pipeline = pipeline, Number = _random.Next(1, 3), Serves = Flip(), Sessions = _random.Next(3), Figures = new() { Steps = _random.Next() } })];
                _state.Set(_routers);
                break;
            case 6:
                _orders = Flip() ? [] : [new DeviceOrder(_random.Next(3), _random.Next(3), 1, Flip())];
                _state.Set(_orders);
                break;
            case 7:
                _state.Drain(node.State.Name);
                break;
            case 8 or 9 or 10:
                node.Change(_random);
                break;
            case 11:
                NotifyRouter(isLost: Flip());
                break;
            case 16:
                SendUpdates(_before is not null && Flip() ? _before : _state);
                break;
            case 12 or 13 or 14 or 15:
                Send(node);
                break;
            default:
                DeliverOne();
                break;
        }
    }

    /// <summary>All that is in flight arrives, the directory learns who is there, and everybody speaks with it.</summary>
    public void Settle()
    {
        while (_inFlight.Count > 0)
        {
            DeliverOne();
        }

        _before = null;
        _state.Remove(gone => _lost.Contains(gone.Gateway));
        _state.Set(_routers);
        _state.Set(_orders);
        for (int round = 0; round < 5; round++)
        {
            _nodes.ForEach(node => node.Exchange(_state));
            _state.Complete = true;
        }

        NotifyRouter(isLost: false);
    }

    /// <returns>What is not as it should be; null when nothing is.</returns>
    public string? FindDifference()
    {
        string expected = Describe(_state.View);
        foreach (SimulatedNode node in _nodes)
        {
            string view = Describe(node.Exchanged.View);
            NodeState? known = _state.Nodes.FirstOrDefault(other => other.Gateway == node.State.Gateway);
            string? difference = view != expected ? $"node {node.State.Gateway} has\n{view}\nand the directory\n{expected}"
                : known is null ? $"the directory does not know node {node.State.Gateway}"
                : node.DifferenceTo(known);
            if (difference is not null)
            {
                return difference;
            }

            Announcement next = node.Exchanged.Next(node.State);
            if (next.Changes is not { Condition: null, Figures: null } quiet || _state.Since(quiet.Version) is not { IsEmpty: true })
            {
                return $"node {node.State.Gateway} and the directory still have something to say";
            }
        }

        return _nodes.Count != _state.Nodes.Count ? $"the directory knows {_state.Nodes.Count} of {_nodes.Count} nodes"
            : Describe(_router.View) != expected ? $"the router has\n{Describe(_router.View)}\nand the directory\n{expected}"
            : null;
    }

    private bool Flip() => _random.Next(2) == 0;

    private void Join()
    {
        _nodes.Add(new SimulatedNode(Node(_nextGateway) with { Admitted = false, AcceptsUpdates = _random.Next(4) > 0 }));
        _nextGateway += 10;
    }

    private void Send(SimulatedNode node)
    {
        Announcement announcement = node.Exchanged.Next(node.State);
        _inFlight.Add(() => Arrive(node, announcement));
    }

    /// <summary>As the directory's grain and those of the gateways do it; a call that is lost takes with it what it would have passed on.</summary>
    private void SendUpdates(ClusterState state)
    {
        foreach ((UpdateTarget target, ViewUpdate? update) in state.Calls(_random))
        {
            Send(target, state.Activation, update);
        }
    }

    private void Send(UpdateTarget target, Guid directory, ViewUpdate? update)
    {
        if (_random.Next(5) > 0)
        {
            _inFlight.Add(() => Arrive(target, directory, update));
        }
    }

    private void Arrive(UpdateTarget target, Guid directory, ViewUpdate? update)
    {
        foreach (UpdateTarget other in update?.Others ?? [])
        {
            Send(other, directory, update! with { Others = null });
        }

        if (_nodes.Find(node => node.State.Gateway == target.Gateway) is { } node && (update is null || !node.Exchanged.Take(directory, update)))
        {
            Send(node);
        }
    }

    private void Arrive(SimulatedNode node, Announcement announcement)
    {
        if (_random.Next(5) == 0)
        {
            node.Exchanged.OnFailure();
            return;
        }

        ClusterState state = _before is not null && _random.Next(4) == 0 ? _before : _state;
        Action reply;
        if (announcement.Changes is { } report)
        {
            ViewChanges? changes = state.TryTake(report, out _) ? state.ReplyTo(report) : null;
            reply = () => node.OnReply(announcement, changes);
        }
        else
        {
            if (!_lost.Contains(announcement.Node.Gateway))
            {
                state.Take(announcement.Node);
            }

            ClusterView whole = state.View;
            reply = () => node.OnReply(announcement, whole);
        }

        _inFlight.Add(_random.Next(5) == 0 ? node.Exchanged.OnFailure : reply);
    }

    private void DeliverOne()
    {
        if (_inFlight.Count > 0)
        {
            int index = _random.Next(_inFlight.Count);
            Action delivery = _inFlight[index];
            _inFlight.RemoveAt(index);
            delivery();
        }
    }

    /// <summary>As the directory's grain does it.</summary>
    private void NotifyRouter(bool isLost)
    {
        bool applies = _state.Since(_told) is { } changes && _router.Take(_state.Activation, _told, changes);
        if (!applies)
        {
            _router.Take(_state.View);
        }

        _told = isLost ? 0 : _state.Version;
    }
}
