using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Syntax;

/// <summary>Finds where a number literal ends: decimal, 0x, 0o, 0b, with single underscores between digits, or a float.</summary>
internal static class NumberScanner
{
    public static int Scan(string source, int start, out bool isFloat)
    {
        isFloat = false;
        bool afterDot = start > 0 && source[start - 1] == '.';
        int digits = Digits(source, start);
        if (!afterDot)
        {
            int end = Fraction(source, digits);
            int exponent = Exponent(source, end);
            if (exponent > digits)
            {
                isFloat = true;
                return exponent;
            }
        }

        if (source[start] != '0')
        {
            return digits;
        }

        return Prefixed(source, start) ?? Zeros(source, start);
    }

    private static int? Prefixed(string source, int start)
    {
        if (start + 1 >= source.Length)
        {
            return null;
        }

        Func<char, bool>? digit = char.ToLowerInvariant(source[start + 1]) switch
        {
            'b' => static c => c is '0' or '1',
            'o' => static c => c is >= '0' and <= '7',
            'x' => char.IsAsciiHexDigit,
            _ => null,
        };
        if (digit is null)
        {
            return null;
        }

        int at = start + 2;
        while (at < source.Length && (digit(source[at]) || (source[at] == '_' && at + 1 < source.Length && digit(source[at + 1]))))
        {
            at++;
        }

        return at > start + 2 ? at : null;
    }

    private static int Zeros(string source, int at)
    {
        while (at < source.Length && source[at] == '0')
        {
            at++;
        }

        return at;
    }

    private static int Fraction(string source, int at)
        => at + 1 < source.Length && source[at] == '.' && char.IsAsciiDigit(source[at + 1]) ? Digits(source, at + 1) : at;

    private static int Exponent(string source, int at)
    {
        if (at >= source.Length || source[at] is not ('e' or 'E'))
        {
            return at;
        }

        int digits = at + 1 < source.Length && (source[at + 1] is '+' or '-') ? at + 2 : at + 1;
        return digits < source.Length && char.IsAsciiDigit(source[digits]) ? Digits(source, digits) : at;
    }

    private static int Digits(string source, int at)
    {
        while (at < source.Length && (char.IsAsciiDigit(source[at]) || (source[at] == '_' && at + 1 < source.Length && char.IsAsciiDigit(source[at + 1]))))
        {
            at++;
        }

        return at;
    }
}

/// <summary>The value of a number token.</summary>
internal static class NumberLiteral
{
    private const int MaxDigits = 4300;

    public static Value Parse(Token token)
    {
        string text = token.Value.Replace("_", "", StringComparison.Ordinal);
        if (text.Length > MaxDigits)
        {
            throw new TemplateFailure($"a number of {text.Length} digits exceeds the limit of {MaxDigits}.", token.Line);
        }

        if (token.Kind == TokenKind.Float)
        {
            return new FloatValue(double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture));
        }

        int radix = text.Length < 2 ? 10 : char.ToLowerInvariant(text[1]) switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => 10 };
        return IntegerValue.Of(radix == 10 ? BigInteger.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture) : ParseRadix(text.AsSpan(2), radix));
    }

    private static BigInteger ParseRadix(ReadOnlySpan<char> digits, int radix)
    {
        BigInteger value = BigInteger.Zero;
        foreach (char digit in digits)
        {
            value = (value * radix) + Convert.ToInt32(digit.ToString(), 16);
        }

        return value;
    }
}
