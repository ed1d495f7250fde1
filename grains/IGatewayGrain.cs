using Orleans.Concurrency;
using OrleansInference.Grains.Directory;
using OrleansInference.Grains.Links;

namespace OrleansInference.Grains;

/// <summary>
/// A silo's gateway, by <see cref="Placement.PinnedKey"/>. Whatever is for streams and active sessions of one silo comes to it in one message, and need not go
/// to each session's grain.
/// </summary>
[Alias("inference.gateway")]
internal interface IGatewayGrain : IGrainWithStringKey
{
    [OneWay]
    [Alias("receive")]
    ValueTask Receive(MessageBatch batch);

    /// <summary>
    /// The directory's view has changed in a way that the gateway's node should know soon: the node applies the news and passes them on; without news, or where it misses changes before them, it asks.
    /// Where this is lost, it asks a little later by itself.
    /// </summary>
    /// <param name="gateway">The gateway's number; 0 where the directory does not know it yet.</param>
    /// <param name="directory">The directory's activation.</param>
    /// <param name="version">Of the view.</param>
    /// <param name="news">Null from a directory of an earlier version, and to a node that does not take them.</param>
    [OneWay]
    [Alias("view-changed")]
    ValueTask ViewChanged(int gateway, Guid directory, long version, ViewNews? news);

    /// <summary>Ends a pipeline's router that goes on at this node after its grain has left it.</summary>
    /// <returns>What it leaves, in its wire form; empty when nothing.</returns>
    [Alias("take-router")]
    ValueTask<byte[]> TakeRouter(int pipeline);
}
