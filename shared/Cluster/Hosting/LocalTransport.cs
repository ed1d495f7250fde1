using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;

namespace OrleansInference.Cluster.Hosting;

/// <summary>Transport between the threads of one process. A message to an address without a thread is dropped, as on a network: its sender repeats it.</summary>
/// <param name="store">Answers messages to <see cref="Address.PlanStore"/>.</param>
internal sealed class LocalTransport(IClusterStore store) : IControlTransport
{
    private readonly Dictionary<int, ActorThread> _devices = [];
    private ActorThread? _front;
    private HostedRouter? _router;

    /// <summary>Registers the thread of sessions and streams. Must precede any delivery.</summary>
    public void Join(SessionThread front) => _front = front;

    /// <summary>Registers the router. Must precede any delivery.</summary>
    public void Join(HostedRouter router) => _router = router;

    /// <summary>Registers a device. Must precede any delivery.</summary>
    public void Join(DeviceThread device) => _devices.Add(device.Self.Device, device);

    public void Deliver(IReadOnlyList<OutboundMessage> messages)
    {
        for (int i = 0; i < messages.Count; i++)
        {
            OutboundMessage message = messages[i];
            switch (message.To.Kind)
            {
                case AddressKind.Router:
                    _router?.Post(message);
                    break;
                case AddressKind.Device:
                    _devices.GetValueOrDefault(message.To.Number)?.Post(message);
                    break;
                case AddressKind.PlanStore:
                    _ = AnswerAsync(message.Message);
                    break;
                default:
                    _front?.Post(message);
                    break;
            }
        }
    }

    private async Task AnswerAsync(ControlMessage message)
    {
        (int router, ControlMessage answer) = await store.AnswerAsync(message);
        Deliver([new OutboundMessage(Address.Activation(router), answer)]);
    }
}
