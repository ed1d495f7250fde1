using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansInference.Cluster.Hosting;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Engine.Requests;
using OrleansInference.Grains.Directory;
using OrleansInference.Grains.Links;
using OrleansInference.Grains.Placement;

namespace OrleansInference.Grains.Messaging;

/// <summary>
/// Transport of messages between this silo's threads, and to other silos: over the links to their nodes, or as grain calls if a node is unknown or a link does not accept them. Messages
/// that are delivered together to one destination are sent in one batch. A message with an unknown destination, or to a lost silo, is dropped; its sender repeats it.
/// </summary>
public sealed class ClusterTransport : IControlTransport
{
    private readonly int _gateway;
    private readonly PlanStoreActor _plans;
    private readonly ConcurrentDictionary<int, int> _sessionGateways = new(); // by session: gateway of its last message
    private readonly Dictionary<int, ActorThread> _devices = [];
    private SessionThread? _front;
    private NodeLinks? _links;
    private readonly ConcurrentDictionary<int, RouterPlace> _routerPlaces = new(); // by pipeline
    private readonly ConcurrentDictionary<int, HostedRouter> _routers = new(); // routers that run on this silo, by pipeline
    private long _linkMessages;
    private long _linkBytes;
    private long _callMessages;
    private volatile IGrainFactory? _grains;
    private volatile NodePlaces _places = new(ClusterView.Empty);

    /// <param name="gateway">Number of this node's gateway.</param>
    /// <param name="store">Stores the plans.</param>
    /// <param name="logger">Receives the log lines of the plan store.</param>
    public ClusterTransport(int gateway, IClusterStore store, ILogger? logger = null)
    {
        _gateway = gateway;
        _plans = new PlanStoreActor(store, Deliver, logger ?? NullLogger.Instance);
    }

    /// <summary>This silo's view of the nodes.</summary>
    public ClusterView View => _places.View;

    /// <summary>Number of messages sent over links.</summary>
    public long LinkMessages => Interlocked.Read(ref _linkMessages);

    /// <summary>Approximate bytes of those messages.</summary>
    public long LinkBytes => Interlocked.Read(ref _linkBytes);

    /// <summary>Number of messages sent as grain calls.</summary>
    public long CallMessages => Interlocked.Read(ref _callMessages);

    /// <summary>Registers the sessions and streams of this silo. Must precede any delivery.</summary>
    public void Join(SessionThread front) => _front = front;

    /// <summary>Registers a device of this silo. Must precede any delivery.</summary>
    public void Join(int number, ActorThread device) => _devices.Add(number, device);

    /// <summary>Registers the links to other nodes. Must precede any delivery.</summary>
    public void Join(NodeLinks links) => _links = links;

    /// <summary>Pipelines whose routers run on this silo.</summary>
    public IReadOnlyList<int> Routed => [.. _routers.Where(static router => !router.Value.Ended).Select(static router => router.Key)];

    /// <summary>Registers a router that is active on this silo.</summary>
    public void Join(HostedRouter router)
    {
        _routers[router.Pipeline] = router;
        _front?.OnRouterReplaced(router.Pipeline);
    }

    public void Leave(HostedRouter router) => _routers.TryRemove(new KeyValuePair<int, HostedRouter>(router.Pipeline, router));

    /// <summary>Enables calls to other silos.</summary>
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

    public void Deliver(IReadOnlyList<OutboundMessage> messages)
    {
        Dictionary<(AddressKind Kind, int Number), List<OutboundMessage>>? outbound = null;
        for (int i = 0; i < messages.Count; i++)
        {
            OutboundMessage message = messages[i];
            if (TakeHere(message))
            {
                if (message.Message is SubmitSequences or TokensCommitted)
                {
                    RecordSender(message.Message, _gateway);
                }

                continue;
            }

            var route = RouteOf(message);
            outbound ??= [];
            if (!outbound.TryGetValue(route, out List<OutboundMessage>? group))
            {
                outbound.Add(route, group = []);
            }

            group.Add(message);
        }

        foreach (((AddressKind kind, int number), List<OutboundMessage> group) in outbound ?? [])
        {
            Send(kind, number, new MessageBatch(_gateway, group));
        }
    }

    /// <summary>Delivers a batch that a grain of this silo received.</summary>
    public void Take(MessageBatch batch) => Take(batch, direct: false);

    /// <summary>Delivers a batch that a link received.</summary>
    public void TakeDirect(MessageBatch batch) => Take(batch, direct: true);

    private void Take(MessageBatch batch, bool direct)
    {
        foreach (OutboundMessage message in batch.Messages)
        {
            RecordSender(message.Message, batch.From);
            if (!TakeHere(message) && (message.To.Kind == AddressKind.Session || (direct && message.To.Kind == AddressKind.Router)))
            {
                // The session has moved since its last message to the router, or the router has moved since its last message.
                Call(message.To.Kind, message.To.Number, new MessageBatch(batch.From, [message]));
            }
        }
    }

    private bool TakeHere(in OutboundMessage message)
    {
        switch (message.To.Kind)
        {
            case AddressKind.Router when _routers.TryGetValue(message.To.Number, out HostedRouter? router) && !router.Ended:
                router.Post(message);
                return true;
            case AddressKind.Device when _devices.TryGetValue(message.To.Number, out ActorThread? device):
                device.Post(message);
                return true;
            case AddressKind.Gateway when message.To.Number == _gateway:
            case AddressKind.Session when _front?.Hosts(message.To.Number) == true:
                _front?.Post(message);
                return true;
            case AddressKind.PlanStore:
                _plans.Post(message.Message);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Records the location of a message's sender.</summary>
    private void RecordSender(ControlMessage message, int from)
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
                RecordRouter(probe.Router, from);
                break;
            case PageInventoryRequest ask:
                RecordRouter(ask.Router, from);
                break;
            case JoinPlan join:
                RecordRouter(join.Plan.Router, from);
                break;
        }
    }

    private void RecordRouter(int router, int from)
    {
        int pipeline = RouterNumbers.PipelineOf(router);
        int known = _routerPlaces.GetValueOrDefault(pipeline)?.Number ?? 0;
        if (router >= known)
        {
            _routerPlaces[pipeline] = new RouterPlace(router, from);
        }

        if (router > known)
        {
            _front?.OnRouterReplaced(pipeline);
        }
    }

    /// <summary>
    /// Returns the destination of a message. Sessions are reached through the gateway of the silo where they are active, many in one batch. If that gateway is unknown, a session is
    /// reached through its grain.
    /// </summary>
    private (AddressKind Kind, int Number) RouteOf(in OutboundMessage message)
    {
        if (message.To.Kind == AddressKind.Session && _sessionGateways.TryGetValue(message.To.Number, out int from))
        {
            if (from != _gateway && _places.WithGateway(from) is not null)
            {
                return (AddressKind.Gateway, from);
            }

            _sessionGateways.TryRemove(message.To.Number, out _);
        }

        return (message.To.Kind, message.To.Number);
    }

    private void Send(AddressKind kind, int number, MessageBatch batch)
    {
        int node = kind switch
        {
            AddressKind.Router => _routerPlaces.GetValueOrDefault(number)?.Gateway ?? 0,
            AddressKind.Device => _places.WithDevice(number)?.Gateway ?? 0,
            AddressKind.Gateway => number,
            _ => 0,
        };
        int bytes = MessageSize.Of(batch.Messages);
        if (node != 0 && _links?.TrySend(node, batch, bytes) == true)
        {
            Interlocked.Increment(ref _linkMessages);
            Interlocked.Add(ref _linkBytes, bytes);
        }
        else
        {
            Call(kind, number, batch);
        }
    }

    private void Call(AddressKind kind, int number, MessageBatch batch)
    {
        if (_grains is not { } grains)
        {
            return;
        }

        ValueTask sending;
        switch (kind)
        {
            case AddressKind.Router:
                sending = grains.GetGrain<IRouterGrain>(number).Receive(batch);
                break;
            case AddressKind.Device when _places.WithDevice(number) is { } node:
                sending = grains.GetGrain<IDeviceGrain>(PinnedKey.Of(number, node.Silo)).Receive(batch);
                break;
            case AddressKind.Gateway when _places.WithGateway(number) is { } node:
                sending = grains.GetGrain<IGatewayGrain>(PinnedKey.Of(number, node.Silo)).Receive(batch);
                break;
            case AddressKind.Session:
                sending = grains.GetGrain<ISessionGrain>(number).Receive(batch);
                break;
            default:
                return;
        }

        Interlocked.Increment(ref _callMessages);
        sending.AsTask().Ignore();
    }

    /// <summary>Latest known activation of a router, and the gateway of its node.</summary>
    private sealed record RouterPlace(int Number, int Gateway);
}
