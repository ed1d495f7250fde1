namespace OrleansInference.Text.Tokenization.Patterns;

/// <summary>Converts matches to the pieces that a split behaviour keeps.</summary>
internal static class Splitting
{
    /// <summary>Rewrites <paramref name="pieces"/>, which cover a text, in place, and removes pieces that are dropped.</summary>
    public static void Apply(SplitBehavior behavior, bool invert, List<PatternMatch> pieces)
    {
        if (behavior == SplitBehavior.Removed)
        {
            pieces.RemoveAll(piece => piece.IsMatch != invert);
            return;
        }
        if (behavior == SplitBehavior.Isolated)
            return;
        if (behavior == SplitBehavior.MergedWithNext)
            pieces.Reverse();
        int kept = 0;
        bool previousIsMatch = false;
        foreach (PatternMatch piece in pieces.ToArray())
        {
            bool isMatch = piece.IsMatch != invert;
            bool joins = behavior == SplitBehavior.Contiguous ? isMatch == previousIsMatch : isMatch && !previousIsMatch;
            previousIsMatch = isMatch;
            if (joins && kept > 0)
                pieces[kept - 1] = new PatternMatch(Math.Min(pieces[kept - 1].Start, piece.Start), Math.Max(pieces[kept - 1].End, piece.End), true);
            else
                pieces[kept++] = piece;
        }
        pieces.RemoveRange(kept, pieces.Count - kept);
        if (behavior == SplitBehavior.MergedWithNext)
            pieces.Reverse();
    }
}

/// <summary>Treatment of the delimiter at which a text is split.</summary>
internal enum SplitBehavior
{
    Removed,
    Isolated,
    MergedWithPrevious,
    MergedWithNext,
    Contiguous,
}
