using Orleans.Concurrency;
using OrleansInference.Grains.Messaging;

namespace OrleansInference.Grains;

/// <summary>
/// A silo's gateway, by <see cref="Placement.PinnedKey"/>. Whatever is for streams and active sessions of one silo comes to it in one message, and need not go
/// to each session's grain.
/// </summary>
[Alias("inference.gateway")]
internal interface IGatewayGrain : IGrainWithStringKey
{
    [OneWay]
    [Alias("receive")]
    ValueTask Receive(Envelope envelope);

    /// <summary>Ends a pipeline's router that goes on at this node after its grain has left it.</summary>
    /// <returns>What it leaves, in its wire form; empty when nothing.</returns>
    [Alias("take-router")]
    ValueTask<byte[]> TakeRouter(int pipeline);
}
