using Orleans.Concurrency;
using Orleans.Runtime;
using OrleansInference.Grains.Directory;
using OrleansInference.Grains.Links;

namespace OrleansInference.Grains;

/// <summary>The router of a pipeline, by the pipeline's number.</summary>
[Alias("inference.router")]
internal interface IRouterGrain : IGrainWithIntegerKey
{
    [OneWay]
    [Alias("receive")]
    ValueTask Receive(MessageBatch batch);

    /// <summary>Takes note of the nodes that there are.</summary>
    /// <returns>What is going on.</returns>
    [Alias("members")]
    ValueTask<RouterSummary> Members(ClusterView view);

    /// <summary>Takes note of what has changed among the nodes.</summary>
    /// <param name="directory">The activation of the directory that tells it.</param>
    /// <param name="since">The version of its view that the changes follow.</param>
    /// <param name="changes">What has changed.</param>
    /// <returns>What is going on; null where the router does not have that version and has to be told all that there is.</returns>
    [Alias("members-changed")]
    ValueTask<RouterSummary?> MembersChanged(Guid directory, long since, ViewChanges changes);

    /// <summary>Moves the router to another silo. It goes on here until it can go on there, with what it knows of the pages.</summary>
    [Alias("hand-over")]
    ValueTask HandOver(SiloAddress to);
}
