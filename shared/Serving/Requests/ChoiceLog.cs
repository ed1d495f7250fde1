namespace OrleansInference.Serving;

/// <summary>What a choice has so far.</summary>
/// <param name="Tokens">Generated tokens.</param>
/// <param name="Finish">Why it ended, if it has.</param>
internal readonly record struct ChoiceLog(int[] Tokens, FinishReason Finish)
{
    /// <summary>One for each token where log-probabilities are asked for; else empty.</summary>
    public TokenMeasure[] Measures { get => field ?? []; init; }
}
