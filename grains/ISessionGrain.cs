using Orleans.Concurrency;
using OrleansInference.Grains.Links;

namespace OrleansInference.Grains;

/// <summary>A session, wherever it is active: the façade of its machine on that silo's thread of sessions.</summary>
[Alias("inference.session")]
internal interface ISessionGrain : IGrainWithIntegerKey
{
    [OneWay]
    [Alias("receive")]
    ValueTask Receive(MessageBatch batch);

    /// <summary>Goes on with what is stored of it.</summary>
    [OneWay]
    [Alias("wake")]
    ValueTask Wake();
}
