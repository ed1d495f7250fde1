namespace OrleansInference.Text.Tokenization.Patterns;

/// <summary>Pattern that can be searched in a text.</summary>
internal interface ITextPattern
{
    /// <summary>Appends pieces that cover <paramref name="text"/> in order: matches, leftmost first, and the text between them.</summary>
    void FindMatches(ReadOnlySpan<char> text, List<PatternMatch> output);
}
