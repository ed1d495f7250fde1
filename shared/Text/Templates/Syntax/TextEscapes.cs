using System.Text;

namespace OrleansInference.Text.Templates.Syntax;

/// <summary>The escapes of a string literal, as Python's unicode-escape codec reads them; unknown ones stay as they are.</summary>
internal static class TextEscapes
{
    public static string Decode(ReadOnlySpan<char> raw, int line)
    {
        if (!raw.Contains('\\'))
        {
            return raw.ToString();
        }

        var text = new StringBuilder(raw.Length);
        for (int at = 0; at < raw.Length; at++)
        {
            if (raw[at] != '\\')
            {
                text.Append(raw[at]);
            }
            else if (++at >= raw.Length)
            {
                throw new TemplateFailure("a string ends with a backslash.", line);
            }
            else
            {
                at = DecodeOne(raw, at, text, line);
            }
        }

        return text.ToString();
    }

    // Returns the index of the last character consumed.
    private static int DecodeOne(ReadOnlySpan<char> raw, int at, StringBuilder text, int line)
    {
        char c = raw[at];
        switch (c)
        {
            case '\n':
                return at;
            case '\\' or '\'' or '"':
                text.Append(c);
                return at;
            case 'a' or 'b' or 'f' or 'n' or 'r' or 't' or 'v':
                text.Append(c switch { 'a' => '\a', 'b' => '\b', 'f' => '\f', 'n' => '\n', 'r' => '\r', 't' => '\t', _ => '\v' });
                return at;
            case >= '0' and <= '7':
                return DecodeOctal(raw, at, text);
            case 'x':
                return DecodeHexadecimal(raw, at, 2, text, line);
            case 'u':
                return DecodeHexadecimal(raw, at, 4, text, line);
            case 'U':
                return DecodeHexadecimal(raw, at, 8, text, line);
            case 'N':
                throw new TemplateFailure("named characters (\\N{...}) are not supported in a string.", line);
            default:
                text.Append('\\').Append(c);
                return at;
        }
    }

    private static int DecodeOctal(ReadOnlySpan<char> raw, int at, StringBuilder text)
    {
        int value = 0;
        int end = at;
        while (end < raw.Length && end < at + 3 && raw[end] is >= '0' and <= '7')
        {
            value = (value * 8) + raw[end++] - '0';
        }

        text.Append((char)value);
        return end - 1;
    }

    private static int DecodeHexadecimal(ReadOnlySpan<char> raw, int at, int digits, StringBuilder text, int line)
    {
        if (at + digits >= raw.Length
            || !uint.TryParse(raw.Slice(at + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint value) || value > 0x10FFFF)
        {
            throw new TemplateFailure($"a string has a truncated \\{raw[at]} escape.", line);
        }

        if (value > 0xFFFF)
        {
            text.Append(new Rune(value).ToString());
        }
        else
        {
            text.Append((char)value);
        }

        return at + digits;
    }
}
