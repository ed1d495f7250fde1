namespace OrleansInference.Text.Tokenization.Patterns;

/// <summary>Pattern that can be searched in a text.</summary>
internal interface ITextPattern
{
    /// <summary>Appends pieces that cover <paramref name="text"/> in order: matches, leftmost first, and the text between them.</summary>
    void FindMatches(ReadOnlySpan<char> text, List<PatternMatch> output);
}

/// <summary>A piece of a text, in UTF-16 units: a match of a pattern, or the text between matches.</summary>
internal readonly record struct PatternMatch(int Start, int End, bool IsMatch)
{
    public int Length => End - Start;
}
