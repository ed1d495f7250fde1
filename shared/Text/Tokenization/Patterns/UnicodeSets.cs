using System.Globalization;

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
