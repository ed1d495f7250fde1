using OrleansInference.Text.Tokenization.Decoders;
using OrleansInference.Text.Tokenization.Normalizers;
using OrleansInference.Text.Tokenization.Patterns;
using OrleansInference.Text.Tokenization.PostProcessors;
using OrleansInference.Text.Tokenization.PreTokenizers;

namespace OrleansInference.Text.Tokenization.Reading;

internal static class NormalizerReader
{
    public static Normalizer Read(JsonElement element) => element.RequiredString("type") switch
    {
        "NFC" => new UnicodeNormalizer(compatibility: false, compose: true),
        "NFD" => new UnicodeNormalizer(compatibility: false, compose: false),
        "NFKC" => new UnicodeNormalizer(compatibility: true, compose: true),
        "NFKD" => new UnicodeNormalizer(compatibility: true, compose: false),
        "Sequence" => new SequenceNormalizer([.. element.RequiredArray("normalizers").Select(Read)]),
        "Prepend" => new PrependNormalizer(element.RequiredString("prepend")),
        "Replace" => new ReplaceNormalizer(PatternReader.Read(element), element.RequiredString("content")),
        "Strip" => new StripNormalizer(element.OptionalBoolean("strip_left", true), element.OptionalBoolean("strip_right", true)),
        "Lowercase" => CharacterNormalizer.Lowercase,
        "StripAccents" => CharacterNormalizer.StripAccents,
        "Nmt" => CharacterNormalizer.Nmt,
        "ByteLevel" => CharacterNormalizer.ByteLevel,
        var type => throw JsonFields.Unsupported("normalizer", type, "NFC, NFD, NFKC, NFKD, Sequence, Prepend, Replace, Strip, Lowercase, StripAccents, Nmt or ByteLevel"),
    };
}

internal static class PreTokenizerReader
{
    public static PreTokenizer Read(JsonElement element) => element.RequiredString("type") switch
    {
        "Sequence" => new SequencePreTokenizer([.. element.RequiredArray("pretokenizers").Select(Read)]),
        "Split" => new SplitPreTokenizer(PatternReader.Read(element), PatternReader.ReadBehavior(element), element.OptionalBoolean("invert", false)),
        "ByteLevel" => new ByteLevelPreTokenizer(element.OptionalBoolean("add_prefix_space", true), element.OptionalBoolean("use_regex", true)),
        "Digits" => SplitPreTokenizer.Digits(element.OptionalBoolean("individual_digits", false)),
        "Punctuation" => SplitPreTokenizer.Punctuation(PatternReader.ReadBehavior(element, SplitBehavior.Isolated)),
        "Whitespace" => SplitPreTokenizer.Whitespace,
        "WhitespaceSplit" => SplitPreTokenizer.WhitespaceSplit,
        "Metaspace" => new MetaspacePreTokenizer(element.RequiredCharacter("replacement"), ReadScheme(element), element.OptionalBoolean("split", true)),
        var type => throw JsonFields.Unsupported("pre-tokenizer", type, "Sequence, Split, ByteLevel, Digits, Punctuation, Whitespace, WhitespaceSplit or Metaspace"),
    };

    public static PrependScheme ReadScheme(JsonElement element)
    {
        bool addsSpace = element.OptionalBoolean("add_prefix_space", true);
        string? scheme = element.OptionalString("prepend_scheme");
        return (scheme, addsSpace) switch
        {
            ("never", _) => PrependScheme.Never,
            ("always" or null, true) => PrependScheme.Always,
            ("first", true) => PrependScheme.First,
            _ => throw new InferenceException(
                ErrorCode.InvalidTokenizer,
                $"Metaspace has the prepend_scheme '{scheme}' with add_prefix_space {addsSpace}; expected always, first or never, and never without a prefix space.",
                "prepend_scheme"),
        };
    }
}

/// <summary>Reads {"String": "…"} and {"Regex": "…"}.</summary>
internal static class PatternReader
{
    public static ITextPattern Read(JsonElement owner)
    {
        if (TryReadLiteral(owner, out string literal))
            return literal.Length == 0 ? RegularPattern.Parse("") : new LiteralPattern(literal);
        return RegularPattern.Parse(owner.Required("pattern").RequiredString("Regex"));
    }

    public static bool TryReadLiteral(JsonElement owner, out string literal)
    {
        string? text = owner.Required("pattern").OptionalString("String");
        literal = text ?? "";
        return text is not null;
    }

    public static SplitBehavior ReadBehavior(JsonElement owner, SplitBehavior? otherwise = null)
    {
        if (otherwise is not null && owner.Optional("behavior") is null)
            return otherwise.Value;
        JsonElement field = owner.Required("behavior");
        return field.AsString("behavior") switch
        {
            "Removed" => SplitBehavior.Removed,
            "Isolated" => SplitBehavior.Isolated,
            "MergedWithPrevious" => SplitBehavior.MergedWithPrevious,
            "MergedWithNext" => SplitBehavior.MergedWithNext,
            "Contiguous" => SplitBehavior.Contiguous,
            _ => throw JsonFields.Wrong("behavior", field, "Removed, Isolated, MergedWithPrevious, MergedWithNext or Contiguous"),
        };
    }
}

internal static class PostProcessorReader
{
    public static PostProcessor Read(JsonElement element) => element.RequiredString("type") switch
    {
        "Sequence" => new SequencePostProcessor([.. element.RequiredArray("processors").Select(Read)]),
        "ByteLevel" => SequencePostProcessor.None,
        "TemplateProcessing" => ReadTemplate(element),
        "RobertaProcessing" or "BertProcessing" => new TemplatePostProcessor([ReadPair(element, "cls"), null, ReadPair(element, "sep")]),
        var type => throw JsonFields.Unsupported("post-processor", type, "Sequence, ByteLevel, TemplateProcessing, RobertaProcessing or BertProcessing"),
    };

    private static TemplatePostProcessor ReadTemplate(JsonElement element)
    {
        JsonElement specials = element.Required("special_tokens");
        var pieces = new List<int[]?>();
        foreach (JsonElement piece in element.RequiredArray("single"))
        {
            if (piece.Optional("SpecialToken") is { } special)
                pieces.Add([.. specials.Required(special.RequiredString("id")).RequiredArray("ids").Select(id => id.AsId("ids"))]);
            else if (piece.Required("Sequence").RequiredString("id") == "A")
                pieces.Add(null);
            else
                throw JsonFields.Wrong("single", piece, "special tokens and the sequence A");
        }
        return new TemplatePostProcessor(pieces);
    }

    private static int[] ReadPair(JsonElement element, string name)
    {
        JsonElement[] pair = [.. element.RequiredArray(name)];
        return pair.Length == 2 ? [pair[1].AsId(name)] : throw JsonFields.Wrong(name, element.Required(name), "a token and its id");
    }
}

internal static class DecoderReader
{
    public static Decoder Read(JsonElement element) => element.RequiredString("type") switch
    {
        "Sequence" => new SequenceDecoder([.. element.RequiredArray("decoders").Select(Read)]),
        "ByteLevel" => new ByteLevelDecoder(),
        "ByteFallback" => new ByteFallbackDecoder(),
        "Fuse" => new FuseDecoder(),
        "Strip" => new StripDecoder(element.RequiredCharacter("content"), element.OptionalCount("start", 0), element.OptionalCount("stop", 0)),
        "Replace" => ReadReplace(element),
        "Metaspace" => new MetaspaceDecoder(element.RequiredCharacter("replacement"), PreTokenizerReader.ReadScheme(element)),
        "WordPiece" => new WordPieceDecoder(element.OptionalString("prefix") ?? "##", element.OptionalBoolean("cleanup", true)),
        "BPEDecoder" => new SuffixDecoder(element.OptionalString("suffix") is { Length: > 0 } suffix ? suffix : "</w>"),
        var type => throw JsonFields.Unsupported("decoder", type, "Sequence, ByteLevel, ByteFallback, Fuse, Strip, Replace, Metaspace, WordPiece or BPEDecoder"),
    };

    private static Decoder ReadReplace(JsonElement element)
    {
        string content = element.RequiredString("content");
        return PatternReader.TryReadLiteral(element, out string literal) && literal.Length > 0
            ? new LiteralReplaceDecoder(literal, content)
            : new ReplaceDecoder(PatternReader.Read(element), content);
    }
}
