using OrleansInference.Grains.Messaging;
using OrleansInference.Grains.Placement;

namespace OrleansInference.Grains;

[PinnedPlacement]
[GrainType("inference.device")]
internal sealed class DeviceGrain(ClusterTransport transport) : Grain, IDeviceGrain
{
    public ValueTask Receive(Envelope envelope)
    {
        transport.Take(envelope);
        return ValueTask.CompletedTask;
    }
}
