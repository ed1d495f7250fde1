using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansInference.Grains.Directory;
using OrleansInference.Grains.Links;
using OrleansInference.Grains.Placement;
using OrleansInference.Serving;
using OrleansInference.Serving.Control;
using OrleansInference.Serving.Hosting;

namespace OrleansInference.Grains.Messaging;

/// <summary>
/// The way of letters between this silo's threads, and to other silos: over the links to their nodes, and as grain calls where a node is not known or a link does not take them.
/// What goes to one place at one time goes in one message. A letter whose way is not known, or whose silo is gone, is dropped: its sender repeats it.
/// </summary>
internal sealed class ClusterTransport : IControlTransport
{
    private readonly int _gateway;
    private readonly PlanStoreActor _plans;
    private readonly ConcurrentDictionary<int, int> _sessionGateways = new(); // where sessions spoke from last
    private readonly Dictionary<int, MachineThread> _devices = [];
    private FrontThread? _front;
    private NodeLinks? _links;
    private readonly ConcurrentDictionary<int, RouterPlace> _routerPlaces = new(); // by pipeline
    private readonly ConcurrentDictionary<int, RouterThread> _routers = new(); // that work on this silo, by pipeline
    private long _linkMessages;
    private long _linkBytes;
    private long _callMessages;
    private volatile IGrainFactory? _grains;
    private volatile NodePlaces _places = new(ClusterView.Empty);

    /// <param name="gateway">Number of this node's gateway.</param>
    /// <param name="store">Keeps the plans.</param>
    /// <param name="logger">Receives what is to be known of the store.</param>
    public ClusterTransport(int gateway, IClusterStore store, ILogger? logger = null)
    {
        _gateway = gateway;
        _plans = new PlanStoreActor(store, Deliver, logger ?? NullLogger.Instance);
    }

    /// <summary>The nodes as they are known here.</summary>
    public ClusterView View => _places.View;

    /// <summary>Messages that went over links.</summary>
    public long LinkMessages => Interlocked.Read(ref _linkMessages);

    /// <summary>About how many bytes those were.</summary>
    public long LinkBytes => Interlocked.Read(ref _linkBytes);

    /// <summary>Messages that went as grain calls.</summary>
    public long CallMessages => Interlocked.Read(ref _callMessages);

    /// <summary>The sessions and streams of this silo; before anything is delivered.</summary>
    public void Join(FrontThread front) => _front = front;

    /// <summary>A device of this silo; before anything is delivered.</summary>
    public void Join(int number, MachineThread device) => _devices.Add(number, device);

    /// <summary>The links to other nodes; before anything is delivered.</summary>
    public void Join(NodeLinks links) => _links = links;

    /// <summary>The pipelines whose routers work on this silo.</summary>
    public IReadOnlyList<int> Routed => [.. _routers.Where(static router => !router.Value.Ended).Select(static router => router.Key)];

    /// <summary>A router is active on this silo.</summary>
    public void Join(RouterThread router)
    {
        _routers[router.Pipeline] = router;
        _front?.RouterIsNew(router.Pipeline);
    }

    public void Leave(RouterThread router) => _routers.TryRemove(new KeyValuePair<int, RouterThread>(router.Pipeline, router));

    /// <summary>From now on there is a way to other silos.</summary>
    public void Connect(IGrainFactory grains) => _grains = grains;

    public void Update(ClusterView view)
    {
        if (ReferenceEquals(view, _places.View))
        {
            return;
        }

        _places = new NodePlaces(view);
        _links?.Update(view);
    }

    public void Deliver(IReadOnlyList<Letter> letters)
    {
        Dictionary<(AddressKind Kind, int Number), List<Letter>>? away = null;
        for (int i = 0; i < letters.Count; i++)
        {
            Letter letter = letters[i];
            if (TakeHere(letter))
            {
                if (letter.Message is SubmitSequences or TokensCommitted)
                {
                    Note(letter.Message, _gateway);
                }

                continue;
            }

            var way = WayOf(letter);
            away ??= [];
            if (!away.TryGetValue(way, out List<Letter>? together))
            {
                away.Add(way, together = []);
            }

            together.Add(letter);
        }

        foreach (((AddressKind kind, int number), List<Letter> together) in away ?? [])
        {
            Send(kind, number, new Envelope(_gateway, together));
        }
    }

    /// <summary>Takes what came to a grain of this silo.</summary>
    public void Take(Envelope envelope) => Take(envelope, direct: false);

    /// <summary>Takes what came over a link.</summary>
    public void TakeDirect(Envelope envelope) => Take(envelope, direct: true);

    private void Take(Envelope envelope, bool direct)
    {
        foreach (Letter letter in envelope.Letters)
        {
            Note(letter.Message, envelope.From);
            if (!TakeHere(letter) && (letter.To.Kind == AddressKind.Session || (direct && letter.To.Kind == AddressKind.Router)))
            {
                // The session has moved since it last spoke to the router, or the router since it was last heard of.
                Call(letter.To.Kind, letter.To.Number, new Envelope(envelope.From, [letter]));
            }
        }
    }

    private bool TakeHere(in Letter letter)
    {
        switch (letter.To.Kind)
        {
            case AddressKind.Router when _routers.TryGetValue(letter.To.Number, out RouterThread? router) && !router.Ended:
                router.Post(letter);
                return true;
            case AddressKind.Device when _devices.TryGetValue(letter.To.Number, out MachineThread? device):
                device.Post(letter);
                return true;
            case AddressKind.Gateway when letter.To.Number == _gateway:
            case AddressKind.Session when _front?.Hosts(letter.To.Number) == true:
                _front?.Post(letter);
                return true;
            case AddressKind.PlanStore:
                _plans.Post(letter.Message);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Learns from a message where its sender is.</summary>
    private void Note(ControlMessage message, int from)
    {
        switch (message)
        {
            case SubmitSequences submit:
                _sessionGateways[submit.Session] = from;
                break;
            case TokensCommitted { Finish: FinishReason.None } committed:
                _sessionGateways[committed.Session] = from;
                break;
            case TokensCommitted committed:
                _sessionGateways.TryRemove(committed.Session, out _);
                break;
            case CancelSequences cancel:
                _sessionGateways.TryRemove(cancel.Session, out _);
                break;
            case Probe probe:
                NoteRouter(probe.Router, from);
                break;
            case AskPages ask:
                NoteRouter(ask.Router, from);
                break;
            case JoinPlan join:
                NoteRouter(join.Plan.Router, from);
                break;
        }
    }

    private void NoteRouter(int router, int from)
    {
        int pipeline = RouterNumbers.PipelineOf(router);
        int known = _routerPlaces.GetValueOrDefault(pipeline)?.Number ?? 0;
        if (router >= known)
        {
            _routerPlaces[pipeline] = new RouterPlace(router, from);
        }

        if (router > known)
        {
            _front?.RouterIsNew(pipeline);
        }
    }

    /// <summary>Sessions are reached through the gateway of the silo that they are active on, many in one message; where that is not known, through their grain.</summary>
    private (AddressKind Kind, int Number) WayOf(in Letter letter)
    {
        if (letter.To.Kind == AddressKind.Session && _sessionGateways.TryGetValue(letter.To.Number, out int from))
        {
            if (from != _gateway && _places.WithGateway(from) is not null)
            {
                return (AddressKind.Gateway, from);
            }

            _sessionGateways.TryRemove(letter.To.Number, out _);
        }

        return (letter.To.Kind, letter.To.Number);
    }

    private void Send(AddressKind kind, int number, Envelope envelope)
    {
        int node = kind switch
        {
            AddressKind.Router => _routerPlaces.GetValueOrDefault(number)?.Gateway ?? 0,
            AddressKind.Device => _places.WithDevice(number)?.Gateway ?? 0,
            AddressKind.Gateway => number,
            _ => 0,
        };
        int bytes = LetterSize.Of(envelope.Letters);
        if (node != 0 && _links?.TrySend(node, envelope, bytes) == true)
        {
            Interlocked.Increment(ref _linkMessages);
            Interlocked.Add(ref _linkBytes, bytes);
        }
        else
        {
            Call(kind, number, envelope);
        }
    }

    private void Call(AddressKind kind, int number, Envelope envelope)
    {
        if (_grains is not { } grains)
        {
            return;
        }

        ValueTask sending;
        switch (kind)
        {
            case AddressKind.Router:
                sending = grains.GetGrain<IRouterGrain>(number).Receive(envelope);
                break;
            case AddressKind.Device when _places.WithDevice(number) is { } node:
                sending = grains.GetGrain<IDeviceGrain>(PinnedKey.Of(number, node.Silo)).Receive(envelope);
                break;
            case AddressKind.Gateway when _places.WithGateway(number) is { } node:
                sending = grains.GetGrain<IGatewayGrain>(PinnedKey.Of(number, node.Silo)).Receive(envelope);
                break;
            case AddressKind.Session:
                sending = grains.GetGrain<ISessionGrain>(number).Receive(envelope);
                break;
            default:
                return;
        }

        Interlocked.Increment(ref _callMessages);
        sending.AsTask().Ignore();
    }

    /// <summary>Which activation of a router was the last to speak, and the gateway of its node.</summary>
    private sealed record RouterPlace(int Number, int Gateway);
}
