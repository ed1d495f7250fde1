using OrleansInference.Grains.Directory;

namespace OrleansInference.Grains;

/// <summary>The one place that knows all nodes. It keeps nothing durable: its next activation learns everything from what the nodes say next.</summary>
[Alias("inference.directory")]
internal interface IDirectoryGrain : IGrainWithIntegerKey
{
    /// <summary>A node says what it is and has; repeated while it lives.</summary>
    /// <returns>What there is.</returns>
    [Alias("announce")]
    ValueTask<ClusterView> Announce(NodeState node);

    [Alias("view")]
    ValueTask<ClusterView> View();

    /// <summary>Asks a node to hand over what it has and to stop.</summary>
    /// <returns>Whether there is such a node.</returns>
    [Alias("drain")]
    ValueTask<bool> Drain(string node);
}
