using System.Globalization;
using System.Numerics;
using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Syntax;

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
