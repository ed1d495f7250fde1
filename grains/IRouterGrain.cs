using Orleans.Concurrency;
using Orleans.Runtime;
using OrleansInference.Grains.Directory;
using OrleansInference.Grains.Links;

namespace OrleansInference.Grains;

/// <summary>Router of a pipeline, addressed by the pipeline's number.</summary>
[Alias("inference.router")]
public interface IRouterGrain : IGrainWithIntegerKey
{
    [OneWay]
    [Alias("receive")]
    ValueTask Receive(MessageBatch batch);

    /// <summary>Gives the router the whole view of the nodes.</summary>
    /// <returns>The router's status.</returns>
    [Alias("members")]
    ValueTask<RouterSummary> Members(ClusterView view);

    /// <summary>Gives the router the changes among the nodes.</summary>
    /// <param name="directory">Activation of the directory that sends them.</param>
    /// <param name="since">Version of the directory's view that the changes follow.</param>
    /// <param name="changes">The changes.</param>
    /// <returns>The router's status. Null if the router does not have the version <paramref name="since"/> and needs the whole view.</returns>
    [Alias("members-changed")]
    ValueTask<RouterSummary?> MembersChanged(Guid directory, long since, ViewChanges changes);

    /// <summary>Moves the router to another silo. It runs on this silo until it can continue on the other one, and transfers its record of the pages.</summary>
    [Alias("hand-over")]
    ValueTask HandOver(SiloAddress to);
}
