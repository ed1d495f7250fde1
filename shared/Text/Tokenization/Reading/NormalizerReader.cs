using System.Text.Json;
using OrleansInference.Text.Tokenization.Normalizers;

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
