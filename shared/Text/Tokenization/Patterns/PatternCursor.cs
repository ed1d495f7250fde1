using System.Text;

namespace OrleansInference.Text.Tokenization.Patterns;

/// <summary>Reads a pattern code point by code point.</summary>
internal sealed class PatternCursor(string pattern)
{
    private int _position;

    public bool AtEnd => _position >= pattern.Length;

    public int Peek() => Rune.TryGetRuneAt(pattern, _position, out Rune rune) ? rune.Value : 0xFFFD;

    public int PeekOrEnd() => AtEnd ? -1 : Peek();

    public int Take()
    {
        int c = Peek();
        _position += c >= 0x10000 ? 2 : 1;
        return c;
    }

    public bool TryTake(char c)
    {
        if (AtEnd || pattern[_position] != c)
            return false;
        _position++;
        return true;
    }

    public bool TryTake(string text)
    {
        if (string.CompareOrdinal(pattern, _position, text, 0, text.Length) != 0)
            return false;
        _position += text.Length;
        return true;
    }

    /// <summary>Reads "{n}", "{n,}", "{,m}" or "{n,m}"; any other brace is an ordinary character.</summary>
    public bool TryTakeInterval(out int minimum, out int maximum)
    {
        minimum = maximum = 0;
        int start = _position;
        if (!TryTake('{'))
            return false;
        bool hasMinimum = TryTakeNumber(out minimum);
        bool hasComma = TryTake(',');
        bool hasMaximum = hasComma && TryTakeNumber(out maximum);
        if (!TryTake('}') || !(hasMinimum || hasMaximum))
        {
            _position = start;
            return false;
        }
        if (!hasComma)
            maximum = minimum;
        else if (!hasMaximum)
            maximum = int.MaxValue;
        if (minimum > maximum)
            throw Unsupported($"the interval {{{minimum},{maximum}}}, whose bounds are reversed,");
        return true;
    }

    public string TakeUntil(char end)
    {
        int stop = pattern.IndexOf(end, _position);
        if (stop < 0)
            throw Unsupported($"an item without its '{end}'");
        string taken = pattern[_position..stop];
        _position = stop + 1;
        return taken;
    }

    public InferenceException Unsupported(string what) =>
        new(ErrorCode.InvalidTokenizer, $"The pattern '{pattern}' has {what} at character {_position}; expected the regular expression syntax that tokenizers use.", "pattern");

    private bool TryTakeNumber(out int value)
    {
        value = 0;
        int start = _position;
        while (!AtEnd && char.IsAsciiDigit(pattern[_position]) && _position - start < 6)
            value = 10 * value + (pattern[_position++] - '0');
        return _position > start;
    }
}
