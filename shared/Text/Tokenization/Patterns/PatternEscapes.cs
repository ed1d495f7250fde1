namespace OrleansInference.Text.Tokenization.Patterns;

/// <summary>Parses the escapes that denote a set of characters.</summary>
internal static class PatternEscapes
{
    /// <param name="cursor">After the backslash.</param>
    /// <param name="isLiteral">Whether the escape is one character, to which case folding applies.</param>
    public static CharacterSet ParseSet(PatternCursor cursor, out bool isLiteral)
    {
        if (cursor.AtEnd)
            throw cursor.Unsupported("a backslash at its end");
        isLiteral = false;
        int c = cursor.Take();
        switch (c)
        {
            case 's':
                return UnicodeSets.Space;
            case 'S':
                return UnicodeSets.Space.Complement();
            case 'd':
                return UnicodeSets.Category("Nd");
            case 'D':
                return UnicodeSets.Category("Nd").Complement();
            case 'w':
                return UnicodeSets.Word;
            case 'W':
                return UnicodeSets.Word.Complement();
            case 'h':
                return UnicodeSets.HexDigit;
            case 'H':
                return UnicodeSets.HexDigit.Complement();
            case 'p' or 'P':
                return ParseProperty(cursor, negated: c == 'P');
        }
        isLiteral = true;
        return CharacterSet.Of(c switch
        {
            't' => '\t',
            'n' => '\n',
            'r' => '\r',
            'f' => '\f',
            'v' => '\v',
            'a' => '\a',
            'e' => 0x1B,
            '0' => 0,
            'x' => ParseHex(cursor, 2),
            'u' => ParseHex(cursor, 4),
            _ when c < 0x80 && char.IsAsciiLetterOrDigit((char)c) => throw cursor.Unsupported($"the escape '\\{(char)c}'"),
            _ => c,
        });
    }

    private static CharacterSet ParseProperty(PatternCursor cursor, bool negated)
    {
        if (!cursor.TryTake('{'))
            throw cursor.Unsupported("a property without braces");
        if (cursor.TryTake('^'))
            negated = !negated;
        string name = cursor.TakeUntil('}');
        CharacterSet set = UnicodeSets.Named(name) ?? throw cursor.Unsupported($"the unknown property '{name}'");
        return negated ? set.Complement() : set;
    }

    private static int ParseHex(PatternCursor cursor, int digits)
    {
        string hex;
        if (digits == 2 && cursor.TryTake('{'))
        {
            hex = cursor.TakeUntil('}');
        }
        else
        {
            hex = "";
            while (hex.Length < digits && !cursor.AtEnd && cursor.Peek() < 0x80 && char.IsAsciiHexDigit((char)cursor.Peek()))
                hex += (char)cursor.Take();
        }
        if (!int.TryParse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int value) || value is < 0 or > CharacterSet.MaxCodePoint)
            throw cursor.Unsupported($"the hexadecimal escape '{hex}'");
        return value;
    }
}
