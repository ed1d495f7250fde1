using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Functions;

/// <summary>Integers in text, as Python's <c>int</c> reads them.</summary>
internal static class IntegerText
{
    private const int MaxDigits = 4300;

    /// <summary>The number, or null if the text is not a number. A prefix such as 0x is allowed if it matches the radix; radix 0 derives the radix from the prefix.</summary>
    public static BigInteger? Parse(string text, int radix)
    {
        if (radix != 0 && (radix is < 2 or > 36))
        {
            return null;
        }

        ReadOnlySpan<char> rest = PythonText.TrimStart(PythonText.TrimEnd(text));
        bool negative = rest.StartsWith("-");
        rest = negative || rest.StartsWith("+") ? rest[1..] : rest;
        int prefixed = rest.Length > 2 && rest[0] == '0' ? char.ToLowerInvariant(rest[1]) switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => 0 } : 0;
        if (prefixed != 0 && (radix == 0 || radix == prefixed))
        {
            radix = prefixed;
            rest = rest[2] == '_' ? rest[3..] : rest[2..];
        }

        radix = radix == 0 ? 10 : radix;
        if (rest.Length > MaxDigits || WithoutUnderscores(rest.ToString()) is not { Length: > 0 } digits)
        {
            return null;
        }

        BigInteger value = BigInteger.Zero;
        foreach (char c in digits)
        {
            int digit = char.IsAsciiLetter(c) ? char.ToLowerInvariant(c) - 'a' + 10 : char.IsDigit(c) ? (int)char.GetNumericValue(c) : 99;
            if (digit >= radix)
            {
                return null;
            }

            value = (value * radix) + digit;
        }

        return negative ? -value : value;
    }

    /// <summary>The text without its underscores, or null where one does not stand between digits.</summary>
    public static string? WithoutUnderscores(string text)
    {
        if (!text.Contains('_'))
        {
            return text;
        }

        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '_' && (i == 0 || i == text.Length - 1 || !char.IsLetterOrDigit(text[i - 1]) || !char.IsLetterOrDigit(text[i + 1])))
            {
                return null;
            }
        }

        return text.Replace("_", "", StringComparison.Ordinal);
    }
}

/// <summary>Floats with a fixed number of decimal places, rounded exactly, halves to even.</summary>
internal static class DecimalText
{
    /// <summary>Formats a finite number with <paramref name="places"/> digits after the point.</summary>
    public static string Fixed(double number, int places)
    {
        long bits = BitConverter.DoubleToInt64Bits(number);
        int exponent = (int)((bits >> 52) & 0x7FF);
        BigInteger mantissa = (bits & 0xFFFFFFFFFFFFFL) | (exponent == 0 ? 0 : 1L << 52);
        int shift = Math.Max(exponent, 1) - 1075;
        BigInteger scaled = mantissa * BigInteger.Pow(10, places);
        BigInteger rounded = shift >= 0 ? scaled << shift : RoundedShift(scaled, -shift);
        string digits = rounded.ToString(CultureInfo.InvariantCulture).PadLeft(places + 1, '0');
        string sign = double.IsNegative(number) ? "-" : "";
        return places == 0 ? sign + digits : $"{sign}{digits[..^places]}.{digits[^places..]}";
    }

    private static BigInteger RoundedShift(BigInteger value, int shift)
    {
        BigInteger unit = BigInteger.One << shift;
        BigInteger quotient = BigInteger.DivRem(value, unit, out BigInteger rest);
        int order = (rest << 1).CompareTo(unit);
        return order > 0 || (order == 0 && !quotient.IsEven) ? quotient + 1 : quotient;
    }
}
