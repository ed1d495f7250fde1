using System.Globalization;

namespace OrleansInference.Text.Templates.Values;

/// <summary>Floats as Python's <c>repr</c> writes them: the shortest digits that read back, with an exponent below 1e-4 and from 1e16.</summary>
internal static class FloatText
{
    public static string Format(double value)
    {
        if (double.IsNaN(value))
        {
            return "nan";
        }

        if (double.IsInfinity(value))
        {
            return value > 0 ? "inf" : "-inf";
        }

        // The round-trip "E" form of the shortest digits: d.dddE+xxx.
        string shortest = value.ToString("R", CultureInfo.InvariantCulture);
        string sign = shortest[0] == '-' ? "-" : "";
        (string digits, int exponent) = Decompose(shortest.AsSpan(sign.Length));
        return sign + Lay(digits, exponent);
    }

    // Digits without point, and the power of ten of the first one.
    private static (string Digits, int Exponent) Decompose(ReadOnlySpan<char> text)
    {
        int mark = text.IndexOf('E');
        int exponent = mark < 0 ? 0 : int.Parse(text[(mark + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        string mantissa = (mark < 0 ? text : text[..mark]).ToString();
        int point = mantissa.IndexOf('.');
        int whole = point < 0 ? mantissa.Length : point;
        string all = mantissa.Replace(".", "", StringComparison.Ordinal);
        string significant = all.TrimStart('0');
        if (significant.Length == 0)
        {
            return ("0", 0);
        }

        int leading = all.Length - significant.Length;
        string trimmed = significant.TrimEnd('0');
        return (trimmed, exponent + whole - 1 - leading);
    }

    private static string Lay(string digits, int exponent)
    {
        if (exponent is < -4 or >= 16)
        {
            string fraction = digits.Length > 1 ? "." + digits[1..] : "";
            return $"{digits[0]}{fraction}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent).ToString("00", CultureInfo.InvariantCulture)}";
        }

        if (exponent < 0)
        {
            return "0." + new string('0', -exponent - 1) + digits;
        }

        return digits.Length <= exponent + 1
            ? digits + new string('0', exponent + 1 - digits.Length) + ".0"
            : digits[..(exponent + 1)] + "." + digits[(exponent + 1)..];
    }
}
