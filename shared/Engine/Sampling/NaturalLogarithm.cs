namespace OrleansInference.Engine.Sampling;

/// <summary>
/// ln x = e · ln 2 + 2 · artanh((m − 1) / (m + 1)) with x = 2^e · m and m in [√½, √2), artanh by its series. It uses only additions, multiplications and divisions in float64, so every
/// platform gives the same bits. The built-in logarithm differs between platforms.
/// </summary>
internal static class NaturalLogarithm
{
    private const double Ln2 = 0.69314718055994530942;
    private const double SquareRootOf2 = 1.4142135623730951;

    /// <param name="value">A positive normal number.</param>
    public static double Of(double value)
    {
        long bits = BitConverter.DoubleToInt64Bits(value);
        int exponent = (int)(bits >> 52) - 1023;
        double mantissa = BitConverter.Int64BitsToDouble((bits & 0x000F_FFFF_FFFF_FFFF) | 0x3FF0_0000_0000_0000);
        if (mantissa >= SquareRootOf2)
        {
            mantissa *= 0.5;
            exponent++;
        }

        double s = (mantissa - 1) / (mantissa + 1);
        double square = s * s;
        double sum = 0;
        for (int k = 25; k >= 1; k -= 2)
        {
            sum = (sum * square) + (1.0 / k);
        }

        return (exponent * Ln2) + (2 * s * sum);
    }
}
