using OrleansInference.Grains.Messaging;
using OrleansInference.Grains.Nodes;
using OrleansInference.Grains.Placement;

namespace OrleansInference.Grains;

[PinnedPlacement]
[GrainType("inference.device")]
internal sealed class DeviceGrain(InferenceNode node) : Grain, IDeviceGrain
{
    public ValueTask Receive(Envelope envelope)
    {
        node.Transport.Take(envelope);
        return ValueTask.CompletedTask;
    }
}
