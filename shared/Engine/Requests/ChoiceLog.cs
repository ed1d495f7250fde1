namespace OrleansInference.Engine.Requests;

/// <summary>What a choice has so far.</summary>
/// <param name="Tokens">Generated tokens.</param>
/// <param name="Finish">Why it ended, if it has.</param>
internal readonly record struct ChoiceLog(int[] Tokens, FinishReason Finish)
{
    /// <summary>One for each token where log-probabilities are asked for; else empty.</summary>
    public TokenMeasure[] Measures { get => field ?? []; init; }

    /// <summary>The first tokens, so many at most.</summary>
    public ChoiceLog Take(int count) => count >= Tokens.Length ? this : this with { Tokens = Tokens[..count], Measures = Measures.Length == 0 ? [] : Measures[..count] };

    /// <summary>Without the first tokens.</summary>
    public ChoiceLog Skip(int count) => count == 0 ? this : this with { Tokens = Tokens[count..], Measures = Measures.Length == 0 ? [] : Measures[count..] };

    /// <summary>Parts of a log that follow each other; it ended as the last one did.</summary>
    public static ChoiceLog Join(params IReadOnlyList<ChoiceLog> parts) => parts.Count == 1 ? parts[0] : new([.. parts.SelectMany(static part => part.Tokens)], parts[^1].Finish)
    {
        Measures = [.. parts.SelectMany(static part => part.Measures)],
    };
}
