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
    /// Notifies the gateway's node of an urgent change of the directory's view. The node applies and forwards the update. Without an update, or if earlier changes are missing, it
    /// requests the changes. If the call is lost, the node requests them later with its next report.
    /// </summary>
    /// <param name="gateway">Number of the gateway; 0 if it is unknown to the directory.</param>
    /// <param name="directory">Activation of the directory.</param>
    /// <param name="version">Version of the view.</param>
    /// <param name="update">The changes; null from a directory of an earlier version, and for a node that does not support them.</param>
    [OneWay]
    [Alias("view-changed")]
    ValueTask ViewChanged(int gateway, Guid directory, long version, ViewUpdate? update);

    /// <summary>Ends a pipeline's router that still runs on this node after its grain has moved.</summary>
    /// <returns>The router's handover in its wire form; empty if there is none.</returns>
    [Alias("take-router")]
    ValueTask<byte[]> TakeRouter(int pipeline);
}
