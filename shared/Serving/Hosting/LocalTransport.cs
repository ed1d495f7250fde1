using OrleansInference.Serving.Control;

namespace OrleansInference.Serving.Hosting;

/// <summary>Carries messages between the threads of one process. A message to an address that nothing has joined under is dropped, as on a network: its sender repeats it.</summary>
/// <param name="store">Answers what goes to <see cref="Address.PlanStore"/>.</param>
internal sealed class LocalTransport(IClusterStore store) : IControlTransport
{
    private readonly Dictionary<int, MachineThread> _devices = [];
    private MachineThread? _front;
    private MachineThread? _router;

    /// <summary>Adds the thread of sessions and streams; before any message is delivered.</summary>
    public void Join(FrontThread front) => _front = front;

    /// <summary>Adds the router; before any message is delivered.</summary>
    public void Join(RouterThread router) => _router = router;

    /// <summary>Adds a device; before any message is delivered.</summary>
    public void Join(DeviceThread device) => _devices.Add(device.Self.Device, device);

    public void Deliver(IReadOnlyList<Letter> letters)
    {
        for (int i = 0; i < letters.Count; i++)
        {
            Letter letter = letters[i];
            switch (letter.To.Kind)
            {
                case AddressKind.Router:
                    _router?.Post(letter);
                    break;
                case AddressKind.Device:
                    _devices.GetValueOrDefault(letter.To.Number)?.Post(letter);
                    break;
                case AddressKind.PlanStore:
                    _ = AnswerAsync(letter.Message);
                    break;
                default:
                    _front?.Post(letter);
                    break;
            }
        }
    }

    private async Task AnswerAsync(ControlMessage message)
    {
        (int router, ControlMessage answer) = await store.AnswerAsync(message);
        Deliver([new Letter(Address.Activation(router), answer)]);
    }
}
