using System.Text;

namespace OrleansInference.Text.Tokenization.Patterns;

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
