using System.Buffers;
using OrleansInference.Grains.Messaging;
using OrleansInference.Grains.Nodes;
using OrleansInference.Grains.Placement;
using OrleansInference.Serving.Control;

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

    public ValueTask ViewChanged(int gateway, Guid directory, long version)
    {
        node.ViewChanged?.Invoke(gateway, directory, version);
        return ValueTask.CompletedTask;
    }

    public async ValueTask<byte[]> TakeRouter(int pipeline)
    {
        ArrayBufferWriter<byte> bytes = new();
        if (await node.TakeRouterAsync(pipeline) is { } handover)
        {
            ControlCodec.WriteHandover(bytes, handover);
        }

        return bytes.WrittenSpan.ToArray();
    }
}
