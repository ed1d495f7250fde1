using System.Globalization;
using System.Numerics;

namespace OrleansInference.Text.Templates.Functions;

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
