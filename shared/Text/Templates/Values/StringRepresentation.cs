using System.Globalization;
using System.Text;
using OrleansInference.Text.Templates.Execution;

namespace OrleansInference.Text.Templates.Values;

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
