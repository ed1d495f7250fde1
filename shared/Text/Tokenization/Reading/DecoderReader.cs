using System.Text.Json;
using OrleansInference.Text.Tokenization.Decoders;

namespace OrleansInference.Text.Tokenization.Reading;

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
