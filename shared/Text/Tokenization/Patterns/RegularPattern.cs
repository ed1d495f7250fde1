using OrleansInference.Models;

namespace OrleansInference.Text.Tokenization.Patterns;

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
