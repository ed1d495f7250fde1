using System.Text.Json;
using OrleansInference.Models;
using OrleansInference.Text.Tokenization.Patterns;
using OrleansInference.Text.Tokenization.PreTokenizers;

namespace OrleansInference.Text.Tokenization.Reading;

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
