using OrleansInference.Grains.Messaging;
using OrleansInference.Grains.Placement;

namespace OrleansInference.Grains;

[PinnedPlacement]
[GrainType("inference.gateway")]
internal sealed class GatewayGrain(ClusterTransport transport) : Grain, IGatewayGrain
{
    public ValueTask Receive(Envelope envelope)
    {
        transport.Take(envelope);
        return ValueTask.CompletedTask;
    }
}
