namespace OrleansInference.Text.Tokenization.Patterns;

/// <summary>A fixed, non-empty string.</summary>
internal sealed class LiteralPattern(string literal) : ITextPattern
{
    public void FindMatches(ReadOnlySpan<char> text, List<PatternMatch> output)
    {
        int position = 0;
        while (position < text.Length)
        {
            int offset = text[position..].IndexOf(literal, StringComparison.Ordinal);
            if (offset < 0)
                break;
            if (offset > 0)
                output.Add(new PatternMatch(position, position + offset, false));
            output.Add(new PatternMatch(position + offset, position + offset + literal.Length, true));
            position += offset + literal.Length;
        }
        if (position < text.Length)
            output.Add(new PatternMatch(position, text.Length, false));
    }
}
