using System.Text;
using OrleansInference.Text.Templates.Execution;

namespace OrleansInference.Text.Templates.Values;

/// <summary>Python's character rules where they differ from .NET's.</summary>
internal static class PythonText
{
    public static bool IsSpace(char c) => c is >= '\x1c' and <= '\x1f' || char.IsWhiteSpace(c);

    public static ReadOnlySpan<char> TrimEnd(ReadOnlySpan<char> text)
    {
        int end = text.Length;
        while (end > 0 && IsSpace(text[end - 1]))
        {
            end--;
        }

        return text[..end];
    }

    public static ReadOnlySpan<char> TrimStart(ReadOnlySpan<char> text)
    {
        int start = 0;
        while (start < text.Length && IsSpace(text[start]))
        {
            start++;
        }

        return text[start..];
    }
}

/// <summary>Strings as Python's <c>repr</c> writes them.</summary>
internal static class StringRepresentation
{
    public static void Write(string value, BoundedText text)
    {
        char quote = value.Contains('\'') && !value.Contains('"') ? '"' : '\'';
        text.Append(quote);
        foreach (Rune rune in RunesOf(value, text))
        {
            WriteRune(rune.Value, quote, text);
        }

        text.Append(quote);
    }

    private static IEnumerable<Rune> RunesOf(string value, BoundedText text)
    {
        for (int i = 0; i < value.Length; i++)
        {
            if (Rune.TryGetRuneAt(value, i, out Rune rune))
            {
                i += rune.Utf16SequenceLength - 1;
                yield return rune;
            }
            else
            {
                text.Append($"\\u{(int)value[i]:x4}");
            }
        }
    }

    private static void WriteRune(int c, char quote, BoundedText text)
    {
        if (c == quote || c == '\\')
        {
            text.Append('\\');
            text.Append((char)c);
        }
        else if (c is '\n' or '\r' or '\t')
        {
            text.Append(c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\t");
        }
        else if (c is >= ' ' and < 127 || (c > 127 && IsPrintable(new Rune(c))))
        {
            text.Append(char.ConvertFromUtf32(c));
        }
        else
        {
            text.Append(c <= 0xFF ? $"\\x{c:x2}" : c <= 0xFFFF ? $"\\u{c:x4}" : $"\\U{c:x8}");
        }
    }

    private static bool IsPrintable(Rune rune) => Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);
}

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
