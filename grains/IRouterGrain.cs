using Orleans.Concurrency;
using Orleans.Runtime;
using OrleansInference.Grains.Directory;
using OrleansInference.Grains.Messaging;

namespace OrleansInference.Grains;

/// <summary>The router of a pipeline, by the pipeline's number.</summary>
[Alias("inference.router")]
internal interface IRouterGrain : IGrainWithIntegerKey
{
    [OneWay]
    [Alias("receive")]
    ValueTask Receive(Envelope envelope);

    /// <summary>Takes note of the nodes that there are.</summary>
    /// <returns>What is going on.</returns>
    [Alias("members")]
    ValueTask<RouterSummary> Members(ClusterView view);

    /// <summary>Moves the router to another silo. It goes on here until it can go on there, with what it knows of the pages.</summary>
    [Alias("hand-over")]
    ValueTask HandOver(SiloAddress to);
}
