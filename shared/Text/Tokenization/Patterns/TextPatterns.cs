using System.Text;

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

/// <summary>Every single code point of a set is a match.</summary>
internal sealed class SetPattern(CharacterSet set) : ITextPattern
{
    public void FindMatches(ReadOnlySpan<char> text, List<PatternMatch> output)
    {
        int pending = 0;
        for (int i = 0; i < text.Length;)
        {
            Rune.DecodeFromUtf16(text[i..], out Rune rune, out int length);
            if (set.Contains(rune.Value))
            {
                if (pending < i)
                    output.Add(new PatternMatch(pending, i, false));
                output.Add(new PatternMatch(i, i + length, true));
                pending = i + length;
            }
            i += length;
        }
        if (pending < text.Length)
            output.Add(new PatternMatch(pending, text.Length, false));
    }
}

/// <summary>A compiled regular expression over code points. Immutable; matching takes time linear in the text.</summary>
internal sealed class RegularPattern : ITextPattern
{
    private const int MaxPatternLength = 20_000;

    private readonly PatternInstruction[] _program;
    private readonly CharacterSet? _first;

    private RegularPattern(PatternInstruction[] program, CharacterSet? first)
    {
        _program = program;
        _first = first;
    }

    public static RegularPattern Parse(string pattern)
    {
        if (pattern.Length > MaxPatternLength)
            throw new InferenceException(ErrorCode.InvalidTokenizer, $"A pattern has {pattern.Length} characters; expected at most {MaxPatternLength}.", "pattern");
        PatternNode node = PatternParser.Parse(pattern);
        return new RegularPattern(PatternCompiler.Compile(pattern, node), PatternFirstSet.Of(node));
    }

    public void FindMatches(ReadOnlySpan<char> text, List<PatternMatch> output)
    {
        if (text.IsEmpty)
            return;
        var matcher = new PatternMatcher(_program, _first, text);
        int covered = 0, from = 0, lastEnd = -1;
        while (from <= text.Length && matcher.Find(from, out int start, out int end))
        {
            if (start == end && end == lastEnd)
            {
                // An empty match directly after a match is ignored: the search continues at the next code point.
                from += from < text.Length && char.IsHighSurrogate(text[from]) ? 2 : 1;
                continue;
            }
            if (covered < start)
                output.Add(new PatternMatch(covered, start, false));
            output.Add(new PatternMatch(start, end, true));
            covered = from = lastEnd = end;
        }
        if (covered < text.Length)
            output.Add(new PatternMatch(covered, text.Length, false));
    }
}
