using Orleans.Concurrency;
using OrleansInference.Grains.Links;

namespace OrleansInference.Grains;

/// <summary>Session, wherever it is active: the façade of the session's actor on that silo's session thread.</summary>
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
