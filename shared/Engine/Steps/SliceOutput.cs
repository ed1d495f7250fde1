using OrleansInference.Compute;
using OrleansInference.Engine.Sampling;

namespace OrleansInference.Engine.Steps;

/// <summary>What the stages do with a slice in addition to computing it; most of it the last one does with the slice's logits.</summary>
/// <param name="Sampling">How tokens are chosen after the slice's last rows; null: none are. The last stage appends to it what it chooses.</param>
/// <param name="Guesses">How many of the slice's last tokens are guesses: a token is chosen at each of them as long as the choices agree with them.</param>
/// <param name="Measured">Whether the slice's own tokens are prompt tokens whose log-probabilities are wanted; all rows give logits then.</param>
/// <param name="Next">With <paramref name="Measured"/>, the prompt token after the slice, or −1.</param>
public readonly record struct SliceOutput(SequenceSampling? Sampling, int Guesses = 0, bool Measured = false, int Next = -1)
{
    /// <summary>Rows of the slice that logits are needed of.</summary>
    public LogitRows Rows => Measured || Guesses > 0 ? LogitRows.All : Sampling is null ? LogitRows.None : LogitRows.Last;

    /// <summary>How many alternatives are reported with each token; null: no log-probabilities.</summary>
    public int? LogProbs { get; init; }

    /// <summary>Whether the slice is the first to go on from pages that were found in the cache, which the stages compare with what they know of them.</summary>
    public bool Adopts { get; init; }
}
