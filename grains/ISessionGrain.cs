using Orleans.Concurrency;
using OrleansInference.Grains.Messaging;

namespace OrleansInference.Grains;

/// <summary>A session, wherever it is active: the façade of its machine on that silo's thread of sessions.</summary>
[Alias("inference.session")]
internal interface ISessionGrain : IGrainWithIntegerKey
{
    [OneWay]
    [Alias("receive")]
    ValueTask Receive(Envelope envelope);

    /// <summary>Goes on with what is stored of it.</summary>
    [OneWay]
    [Alias("wake")]
    ValueTask Wake();
}
