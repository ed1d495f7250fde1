using OrleansInference.Cluster.Protocol;

namespace OrleansInference.Cluster.Router;

/// <summary>Estimated costs of restoring a sequence's pages, by strategy. A wrong estimate costs time and does not change a token.</summary>
public sealed record RecoveryCosts
{
    /// <summary>Seconds of prefill per token and layer.</summary>
    public double LayerToken { get; init; } = 10e-6;

    /// <summary>Seconds to transfer a token's hidden state from one device to another.</summary>
    public double HiddenToken { get; init; } = 2e-6;

    /// <summary>Returns the cheapest strategy for a sequence; among equals the one that delays other sequences least.</summary>
    /// <param name="tokens">Number of tokens whose pages are to be restored.</param>
    /// <param name="layers">Number of layers of the model.</param>
    /// <param name="lost">Runs of lost layers, in order; at least one.</param>
    /// <param name="journal">Whether the journals before all of them hold the sequence.</param>
    public RecoveryStrategy Choose(int tokens, int layers, IReadOnlyList<LayerRange> lost, bool journal)
    {
        double full = tokens * layers * LayerToken;
        double prefix = tokens * lost[^1].End * LayerToken;
        double fromJournal = journal ? tokens * ((lost.Sum(static range => range.Count) * LayerToken) + (lost.Count * HiddenToken)) : double.PositiveInfinity;
        return fromJournal < Math.Min(full, prefix) ? RecoveryStrategy.Journal : prefix < full ? RecoveryStrategy.Prefix : RecoveryStrategy.Full;
    }
}
