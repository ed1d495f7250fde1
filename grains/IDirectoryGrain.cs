using OrleansInference.Grains.Directory;

namespace OrleansInference.Grains;

/// <summary>Directory of all nodes; the cluster has one. It stores nothing: a new activation rebuilds its state from the nodes' next announcements.</summary>
[Alias("inference.directory")]
public interface IDirectoryGrain : IGrainWithIntegerKey
{
    /// <summary>Announces a node to a directory that does not have it.</summary>
    /// <returns>The whole view.</returns>
    [Alias("announce")]
    ValueTask<ClusterView> Announce(NodeState node);

    /// <summary>Reports that a known node is alive, with its changes. Nodes repeat the report as long as they run.</summary>
    /// <returns>
    /// The changes of the directory's view since the node's version. Null if the directory does not have the node or the version. The node then has to announce itself.
    /// </returns>
    [Alias("report")]
    ValueTask<ViewChanges?> Report(NodeReport report);

    /// <summary>Returns the routers of all pipelines with their figures, which the nodes' view does not contain.</summary>
    [Alias("routers")]
    ValueTask<IReadOnlyList<RouterSummary>> Routers();

    [Alias("view")]
    ValueTask<ClusterView> View();

    /// <summary>Asks a node to hand over its layers and sessions and to stop.</summary>
    /// <returns>Whether the node exists.</returns>
    [Alias("drain")]
    ValueTask<bool> Drain(string node);
}
