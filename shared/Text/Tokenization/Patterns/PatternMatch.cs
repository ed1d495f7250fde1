namespace OrleansInference.Text.Tokenization.Patterns;

/// <summary>A piece of a text, in UTF-16 units: a match of a pattern, or the text between matches.</summary>
internal readonly record struct PatternMatch(int Start, int End, bool IsMatch)
{
    public int Length => End - Start;
}
