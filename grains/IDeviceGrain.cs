using Orleans.Concurrency;
using OrleansInference.Grains.Links;

namespace OrleansInference.Grains;

/// <summary>Device that a silo announced, addressed by <see cref="Placement.PinnedKey"/>: the façade of the stage's thread in that silo.</summary>
[Alias("inference.device")]
internal interface IDeviceGrain : IGrainWithStringKey
{
    [OneWay]
    [Alias("receive")]
    ValueTask Receive(MessageBatch batch);
}
