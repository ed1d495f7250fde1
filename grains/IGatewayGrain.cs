using Orleans.Concurrency;
using OrleansInference.Grains.Directory;
using OrleansInference.Grains.Links;

namespace OrleansInference.Grains;

/// <summary>
/// Gateway of a silo, addressed by <see cref="Placement.PinnedKey"/>. It receives messages for the streams and active sessions of the silo in one batch,
/// instead of one call for each session's grain.
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
    /// <param name="gateway">Number of the gateway; 0 if the directory does not know it yet.</param>
    /// <param name="directory">Activation of the directory.</param>
    /// <param name="version">Version of the view.</param>
    /// <param name="news">Null from a directory of an earlier version, and to a node that does not take them.</param>
    [OneWay]
    [Alias("view-changed")]
    ValueTask ViewChanged(int gateway, Guid directory, long version, ViewNews? news);

    /// <summary>Ends a pipeline's router that still runs on this node after its grain has moved.</summary>
    /// <returns>The router's handover in its wire form; empty if there is none.</returns>
    [Alias("take-router")]
    ValueTask<byte[]> TakeRouter(int pipeline);
}
