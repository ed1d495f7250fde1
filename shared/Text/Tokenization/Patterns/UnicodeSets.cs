namespace OrleansInference.Text.Tokenization.Patterns;

/// <summary>The named sets that patterns refer to, built from the platform's category data.</summary>
internal static class UnicodeSets
{
    // In the order of System.Globalization.UnicodeCategory.
    private static readonly string[] Names =
    [
        "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Cn",
    ];

    private static readonly CharacterSet[] Categories = BuildCategories();

    public static CharacterSet Space { get; } = Ranges(0x09, 0x0D, 0x20, 0x20, 0x85, 0x85, 0xA0, 0xA0, 0x1680, 0x1680, 0x2000, 0x200A, 0x2028, 0x2029, 0x202F, 0x202F, 0x205F, 0x205F, 0x3000, 0x3000);

    public static CharacterSet Letter { get; } = Category("Lu", "Ll", "Lt", "Lm", "Lo");

    public static CharacterSet Mark { get; } = Category("Mn", "Mc", "Me");

    public static CharacterSet Number { get; } = Category("Nd", "Nl", "No");

    public static CharacterSet Punctuation { get; } = Category("Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po");

    public static CharacterSet Symbol { get; } = Category("Sm", "Sc", "Sk", "So");

    // Letters, letter numbers and the enclosed letters; alphabetic combining marks count only under Word.
    public static CharacterSet Alphabetic { get; } = Letter.Union(Category("Nl")).Union(Ranges(0x24B6, 0x24E9, 0x1F130, 0x1F149, 0x1F150, 0x1F169, 0x1F170, 0x1F189));

    public static CharacterSet Word { get; } = Alphabetic.Union(Mark).Union(Category("Nd", "Pc"));

    /// <summary>Word characters for the matching of added tokens and the Whitespace splitter: joiners belong to words.</summary>
    public static CharacterSet WordOrJoiner { get; } = Word.Union(Ranges(0x200C, 0x200D));

    public static CharacterSet AsciiPunctuation { get; } = Ranges('!', '/', ':', '@', '[', '`', '{', '~');

    public static CharacterSet HexDigit { get; } = Ranges('0', '9', 'A', 'F', 'a', 'f');

    /// <summary>The set of a property name as in <c>\p{Lu}</c>, or null for an unknown name. Case, spaces, '-' and '_' do not matter.</summary>
    public static CharacterSet? Named(string name) => name.Replace("_", "").Replace("-", "").Replace(" ", "").ToLowerInvariant() switch
    {
        "any" => CharacterSet.All,
        "l" or "letter" => Letter,
        "lc" or "casedletter" => Category("Lu", "Ll", "Lt"),
        "m" or "mark" => Mark,
        "n" or "number" => Number,
        "p" or "punctuation" => Punctuation,
        "s" or "symbol" => Symbol,
        "z" or "separator" => Category("Zs", "Zl", "Zp"),
        "c" or "other" => Category("Cc", "Cf", "Cs", "Co", "Cn"),
        "lu" or "uppercaseletter" or "upper" or "uppercase" => Category("Lu"),
        "ll" or "lowercaseletter" or "lower" or "lowercase" => Category("Ll"),
        "lt" or "titlecaseletter" => Category("Lt"),
        "lm" or "modifierletter" => Category("Lm"),
        "lo" or "otherletter" => Category("Lo"),
        "mn" or "nonspacingmark" => Category("Mn"),
        "mc" or "spacingmark" => Category("Mc"),
        "me" or "enclosingmark" => Category("Me"),
        "nd" or "decimalnumber" or "digit" => Category("Nd"),
        "nl" or "letternumber" => Category("Nl"),
        "no" or "othernumber" => Category("No"),
        "pc" or "connectorpunctuation" => Category("Pc"),
        "pd" or "dashpunctuation" => Category("Pd"),
        "ps" or "openpunctuation" => Category("Ps"),
        "pe" or "closepunctuation" => Category("Pe"),
        "pi" or "initialpunctuation" => Category("Pi"),
        "pf" or "finalpunctuation" => Category("Pf"),
        "po" or "otherpunctuation" => Category("Po"),
        "sm" or "mathsymbol" => Category("Sm"),
        "sc" or "currencysymbol" => Category("Sc"),
        "sk" or "modifiersymbol" => Category("Sk"),
        "so" or "othersymbol" => Category("So"),
        "zs" or "spaceseparator" => Category("Zs"),
        "zl" or "lineseparator" => Category("Zl"),
        "zp" or "paragraphseparator" => Category("Zp"),
        "cc" or "control" or "cntrl" => Category("Cc"),
        "cf" or "format" => Category("Cf"),
        "co" or "privateuse" => Category("Co"),
        "cn" or "unassigned" => Category("Cn"),
        "space" or "whitespace" => Space,
        "alpha" or "alphabetic" => Alphabetic.Union(Mark),
        "alnum" => Alphabetic.Union(Mark).Union(Category("Nd")),
        "word" => Word,
        "punct" => Punctuation.Union(AsciiPunctuation),
        "blank" => Category("Zs").Union(CharacterSet.Of('\t')),
        "xdigit" => HexDigit,
        "ascii" => CharacterSet.Range(0, 0x7F),
        "han" => UnicodeScripts.Han,
        "hiragana" => UnicodeScripts.Hiragana,
        "katakana" => UnicodeScripts.Katakana,
        "hangul" => UnicodeScripts.Hangul,
        _ => null,
    };

    internal static CharacterSet Ranges(params int[] pairs) => CharacterSet.FromSortedRanges(pairs);

    internal static CharacterSet Category(params ReadOnlySpan<string> names)
    {
        var builder = new CharacterSetBuilder();
        foreach (string name in names)
            builder.Add(Categories[Array.IndexOf(Names, name)]);
        return builder.Build();
    }

    private static CharacterSet[] BuildCategories()
    {
        var ranges = new List<int>[30];
        for (int i = 0; i < ranges.Length; i++)
            ranges[i] = [];
        for (int c = 0; c <= CharacterSet.MaxCodePoint; c++)
        {
            List<int> own = ranges[(int)CharUnicodeInfo.GetUnicodeCategory(c)];
            if (own.Count > 0 && own[^1] == c - 1)
                own[^1] = c;
            else
                own.AddRange([c, c]);
        }
        return Array.ConvertAll(ranges, list => CharacterSet.FromSortedRanges([.. list]));
    }
}

/// <summary>Scripts that published tokenizers use in patterns; the platform has no script data.</summary>
internal static class UnicodeScripts
{
    public static CharacterSet Han { get; } = UnicodeSets.Ranges(
        0x2E80, 0x2E99, 0x2E9B, 0x2EF3, 0x2F00, 0x2FD5, 0x3005, 0x3005, 0x3007, 0x3007, 0x3021, 0x3029, 0x3038, 0x303B, 0x3400, 0x4DBF, 0x4E00, 0x9FFF, 0xF900, 0xFA6D, 0xFA70, 0xFAD9,
        0x16FE2, 0x16FE3, 0x16FF0, 0x16FF1, 0x20000, 0x2A6DF, 0x2A700, 0x2B739, 0x2B740, 0x2B81D, 0x2B820, 0x2CEA1, 0x2CEB0, 0x2EBE0, 0x2EBF0, 0x2EE5D, 0x2F800, 0x2FA1D,
        0x30000, 0x3134A, 0x31350, 0x323AF);

    public static CharacterSet Hiragana { get; } = UnicodeSets.Ranges(0x3041, 0x3096, 0x309D, 0x309F, 0x1B001, 0x1B11F, 0x1B132, 0x1B132, 0x1B150, 0x1B152, 0x1F200, 0x1F200);

    public static CharacterSet Katakana { get; } = UnicodeSets.Ranges(
        0x30A1, 0x30FA, 0x30FD, 0x30FF, 0x31F0, 0x31FF, 0x32D0, 0x32FE, 0x3300, 0x3357, 0xFF66, 0xFF6F, 0xFF71, 0xFF9D,
        0x1AFF0, 0x1AFF3, 0x1AFF5, 0x1AFFB, 0x1AFFD, 0x1AFFE, 0x1B000, 0x1B000, 0x1B120, 0x1B122, 0x1B155, 0x1B155, 0x1B164, 0x1B167);

    public static CharacterSet Hangul { get; } = UnicodeSets.Ranges(
        0x1100, 0x11FF, 0x302E, 0x302F, 0x3131, 0x318E, 0x3200, 0x321E, 0x3260, 0x327E, 0xA960, 0xA97C, 0xAC00, 0xD7A3, 0xD7B0, 0xD7C6, 0xD7CB, 0xD7FB,
        0xFFA0, 0xFFBE, 0xFFC2, 0xFFC7, 0xFFCA, 0xFFCF, 0xFFD2, 0xFFD7, 0xFFDA, 0xFFDC);
}
