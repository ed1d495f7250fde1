using OrleansInference.Cluster.Protocol;

namespace OrleansInference.Cluster.Router;

/// <summary>What it costs to get a sequence's pages back, by rung. Estimates: a wrong one costs time, never a token.</summary>
internal sealed record RecoveryCosts
{
    /// <summary>Seconds that a layer takes for a token of a prompt.</summary>
    public double LayerToken { get; init; } = 10e-6;

    /// <summary>Seconds that a token's hidden states take from one device to another.</summary>
    public double HiddenToken { get; init; } = 2e-6;

    /// <summary>The rung to take for a sequence; between equals the one that holds up others least.</summary>
    /// <param name="tokens">Tokens whose pages are to come back.</param>
    /// <param name="layers">Of the model.</param>
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
