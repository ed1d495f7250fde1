using Orleans.Concurrency;
using OrleansInference.Grains.Links;

namespace OrleansInference.Grains;

/// <summary>Session: the façade of the session's actor on the session thread of the silo where it is active.</summary>
[Alias("inference.session")]
public interface ISessionGrain : IGrainWithIntegerKey
{
    [OneWay]
    [Alias("receive")]
    ValueTask Receive(MessageBatch batch);

    /// <summary>Resumes the session from its stored state.</summary>
    [OneWay]
    [Alias("wake")]
    ValueTask Wake();
}
