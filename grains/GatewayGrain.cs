using OrleansInference.Grains.Messaging;
using OrleansInference.Grains.Nodes;
using OrleansInference.Grains.Placement;

namespace OrleansInference.Grains;

[PinnedPlacement]
[GrainType("inference.gateway")]
internal sealed class GatewayGrain(InferenceNode node) : Grain, IGatewayGrain
{
    public ValueTask Receive(Envelope envelope)
    {
        node.Transport.Take(envelope);
        return ValueTask.CompletedTask;
    }
}
