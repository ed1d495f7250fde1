using OrleansInference.Compute;
using OrleansInference.Engine.Sampling;

namespace OrleansInference.Engine.Steps;

/// <summary>Work on a slice in addition to computing it. Most of it is done by the last stage with the slice's logits.</summary>
/// <param name="Sampling">Sampling state for the tokens after the slice's last rows; null: no token is sampled. The last stage appends the sampled tokens to it.</param>
/// <param name="Guesses">Number of the slice's last tokens that are guesses. A token is sampled at each of them as long as the samples agree with the guesses.</param>
/// <param name="Measured">Whether the slice's own tokens are prompt tokens whose log-probabilities are requested. Logits of all rows are then computed.</param>
/// <param name="Next">With <paramref name="Measured"/>, the prompt token after the slice, or −1.</param>
public readonly record struct SliceOutput(SequenceSampling? Sampling, int Guesses = 0, bool Measured = false, int Next = -1)
{
    /// <summary>Rows of the slice whose logits are needed.</summary>
    public LogitRows Rows => Measured || Guesses > 0 ? LogitRows.All : Sampling is null ? LogitRows.None : LogitRows.Last;

    /// <summary>Number of alternatives that are reported with each token; null: no log-probabilities.</summary>
    public int? LogProbs { get; init; }

    /// <summary>Whether the slice is the first to continue from pages that were found in the cache. The stages compare these pages with their proofs.</summary>
    public bool Adopts { get; init; }
}
