using System.Collections.Concurrent;
using System.Globalization;
using Orleans.Runtime;
using OrleansInference.Grains.Directory;
using OrleansInference.Grains.Placement;
using OrleansInference.Serving.Control;
using OrleansInference.Serving.Hosting;

namespace OrleansInference.Grains.Messaging;

/// <summary>
/// The way of letters between this silo's threads, and to grains of other silos. What goes to one grain at one time goes in one message. A letter whose way is not
/// known, or whose silo is gone, is dropped: its sender repeats it.
/// </summary>
internal sealed class ClusterTransport(int gateway, IClusterStore store) : IControlTransport
{
    private readonly ConcurrentDictionary<int, int> _sessionGateways = new(); // where sessions spoke from last
    private FrontThread? _front;
    private DeviceThread? _device;
    private volatile RouterThread? _router;
    private volatile IGrainFactory? _grains;
    private volatile ClusterView _view = ClusterView.Empty;

    /// <summary>The nodes as they are known here.</summary>
    public ClusterView View => _view;

    public void Join(FrontThread front, DeviceThread device) => (_front, _device) = (front, device);

    /// <summary>A router is active on this silo.</summary>
    public void Join(RouterThread router) => _router = router;

    public void Leave(RouterThread router)
    {
        if (_router == router)
        {
            _router = null;
        }
    }

    /// <summary>From now on there is a way to other silos.</summary>
    public void Connect(IGrainFactory grains) => _grains = grains;

    public void Update(ClusterView view) => _view = view;

    public void Deliver(IReadOnlyList<Letter> letters)
    {
        Dictionary<(AddressKind Kind, int Number), List<Letter>>? away = null;
        for (int i = 0; i < letters.Count; i++)
        {
            Letter letter = letters[i];
            if (TakeHere(letter))
            {
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
            Send(kind, number, new Envelope(gateway, together));
        }
    }

    /// <summary>Takes what came from another silo.</summary>
    public void Take(Envelope envelope)
    {
        foreach (Letter letter in envelope.Letters)
        {
            if (letter.Message is SubmitSequences or TokensCommitted or CancelSequences)
            {
                Note(letter.Message, envelope.From);
            }

            if (!TakeHere(letter) && letter.To.Kind == AddressKind.Session)
            {
                // The session has moved since it last spoke to the router.
                Send(AddressKind.Session, letter.To.Number, new Envelope(gateway, [letter]));
            }
        }
    }

    private bool TakeHere(in Letter letter)
    {
        switch (letter.To.Kind)
        {
            case AddressKind.Router when _router is { } router:
                if (letter.Message is SubmitSequences or TokensCommitted or CancelSequences)
                {
                    _sessionGateways.TryRemove(SessionOf(letter.Message), out _);
                }

                router.Post(letter);
                return true;
            case AddressKind.Device when letter.To.Number == _device!.Self.Device:
                _device.Post(letter);
                return true;
            case AddressKind.Gateway when letter.To.Number == gateway:
            case AddressKind.Session when _front!.Hosts(letter.To.Number):
                _front!.Post(letter);
                return true;
            case AddressKind.PlanStore:
                AskStore(letter.Message).Ignore();
                return true;
            default:
                return false;
        }
    }

    private void Note(ControlMessage message, int from) => _sessionGateways[SessionOf(message)] = from;

    private static int SessionOf(ControlMessage message) => message switch
    {
        SubmitSequences submit => submit.Session,
        TokensCommitted committed => committed.Session,
        CancelSequences cancel => cancel.Session,
        _ => 0,
    };

    /// <summary>Sessions are reached through the gateway of the silo that they are active on, many in one message; where that is not known, through their grain.</summary>
    private (AddressKind Kind, int Number) WayOf(in Letter letter)
    {
        if (letter.To.Kind == AddressKind.Session && _sessionGateways.TryGetValue(letter.To.Number, out int from))
        {
            if (_view.WithGateway(from) is not null)
            {
                return (AddressKind.Gateway, from);
            }

            _sessionGateways.TryRemove(letter.To.Number, out _);
        }

        return (letter.To.Kind, letter.To.Number);
    }

    private void Send(AddressKind kind, int number, Envelope envelope)
    {
        if (_grains is not { } grains)
        {
            return;
        }

        ValueTask sending;
        switch (kind)
        {
            case AddressKind.Router:
                sending = grains.GetGrain<IRouterGrain>(0).Receive(envelope);
                break;
            case AddressKind.Device when _view.WithDevice(number) is { } node:
                sending = grains.GetGrain<IDeviceGrain>(PinnedKey.Of(number, node.Silo)).Receive(envelope);
                break;
            case AddressKind.Gateway when _view.WithGateway(number) is { } node:
                sending = grains.GetGrain<IGatewayGrain>(PinnedKey.Of(number, node.Silo)).Receive(envelope);
                break;
            case AddressKind.Session:
                sending = grains.GetGrain<ISessionGrain>(number).Receive(envelope);
                break;
            default:
                return;
        }

        sending.AsTask().Ignore();
    }

    private async Task AskStore(ControlMessage message)
    {
        ControlMessage answer = message switch
        {
            ReadPlan read => new PlanRead(read.Router, await store.ReadPlanAsync()),
            SavePlan save => new PlanSaved(save.Plan.Router, await store.SavePlanAsync(save.Plan)),
            _ => throw new ArgumentException($"The plan store takes no {message.GetType().Name}.", nameof(message)),
        };
        Deliver([new Letter(Address.Router, answer)]);
    }
}
