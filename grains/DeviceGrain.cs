using OrleansInference.Grains.Links;
using OrleansInference.Grains.Messaging;
using OrleansInference.Grains.Placement;

namespace OrleansInference.Grains;

[PinnedPlacement]
[GrainType("inference.device")]
internal sealed class DeviceGrain(ClusterTransport transport) : Grain, IDeviceGrain
{
    public ValueTask Receive(MessageBatch batch)
    {
        transport.Take(batch);
        return ValueTask.CompletedTask;
    }
}
