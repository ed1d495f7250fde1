using System.Buffers;
using OrleansInference.Cluster.Protocol.Wire;
using OrleansInference.Grains.Directory;
using OrleansInference.Grains.Links;
using OrleansInference.Grains.Nodes;
using OrleansInference.Grains.Placement;

namespace OrleansInference.Grains;

[PinnedPlacement]
[GrainType("inference.gateway")]
internal sealed class GatewayGrain(InferenceNode node) : Grain, IGatewayGrain
{
    public ValueTask Receive(MessageBatch batch)
    {
        node.Transport.Take(batch);
        return ValueTask.CompletedTask;
    }

    public ValueTask ViewChanged(int gateway, Guid directory, long version, ViewUpdate? update)
    {
        if (update?.Others is { } others)
        {
            ViewUpdate forwarded = update with { Others = null };
            foreach (UpdateTarget other in others)
            {
                GrainFactory.GetGrain<IGatewayGrain>(PinnedKey.Of(other.Gateway, other.Silo)).ViewChanged(other.Gateway, directory, version, forwarded).AsTask().Ignore();
            }
        }

        node.ViewChanged?.Invoke(gateway, directory, version, update);
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
