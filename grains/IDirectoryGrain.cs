using OrleansInference.Grains.Directory;

namespace OrleansInference.Grains;

/// <summary>The one place that knows all nodes. It keeps nothing durable: its next activation learns everything from what the nodes say next.</summary>
[Alias("inference.directory")]
public interface IDirectoryGrain : IGrainWithIntegerKey
{
    /// <summary>A node announces itself to a directory that does not know it.</summary>
    /// <returns>All that there is.</returns>
    [Alias("announce")]
    ValueTask<ClusterView> Announce(NodeState node);

    /// <summary>A node that the directory knows announces that it lives, and what has changed; repeated while it lives.</summary>
    /// <returns>What has changed in the directory's view since the version that the node has; null where the directory does not know the node or the version, so that the node has to announce itself.</returns>
    [Alias("report")]
    ValueTask<ViewChanges?> Report(NodeReport report);

    /// <summary>The routers of all pipelines with their figures, which the view that nodes have does not follow.</summary>
    [Alias("routers")]
    ValueTask<IReadOnlyList<RouterSummary>> Routers();

    [Alias("view")]
    ValueTask<ClusterView> View();

    /// <summary>Asks a node to hand over what it has and to stop.</summary>
    /// <returns>Whether there is such a node.</returns>
    [Alias("drain")]
    ValueTask<bool> Drain(string node);
}
