namespace OrleansInference.Engine.Requests;

/// <summary>Token log of a choice.</summary>
/// <param name="Tokens">Generated tokens.</param>
/// <param name="Finish">The reason why the choice ended; None if it has not.</param>
public readonly record struct ChoiceLog(int[] Tokens, FinishReason Finish)
{
    /// <summary>One measure for each token if log-probabilities are requested; otherwise empty.</summary>
    public TokenMeasure[] Measures { get => field ?? []; init; }

    /// <summary>Returns the log with at most the first <paramref name="count"/> tokens.</summary>
    public ChoiceLog Take(int count) => count >= Tokens.Length ? this : this with { Tokens = Tokens[..count], Measures = Measures.Length == 0 ? [] : Measures[..count] };

    /// <summary>Returns the log without the first <paramref name="count"/> tokens.</summary>
    public ChoiceLog Skip(int count) => count == 0 ? this : this with { Tokens = Tokens[count..], Measures = Measures.Length == 0 ? [] : Measures[count..] };

    /// <summary>Joins consecutive parts of a log. The finish is that of the last part.</summary>
    public static ChoiceLog Join(params IReadOnlyList<ChoiceLog> parts) => parts.Count == 1 ? parts[0] : new([.. parts.SelectMany(static part => part.Tokens)], parts[^1].Finish)
    {
        Measures = [.. parts.SelectMany(static part => part.Measures)],
    };
}
