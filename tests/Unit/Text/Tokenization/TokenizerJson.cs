using System.Text;
using System.Text.Json;
using OrleansInference.Text.Tokenization;

namespace OrleansInference.Unit.Text.Tokenization;

/// <summary>Builds small tokenizer.json files for tests.</summary>
internal static class TokenizerJson
{
    public const string ByteLevel = """{"type":"ByteLevel","add_prefix_space":false,"use_regex":false}""";

    public const string QwenPattern = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    public static Tokenizer Load(string json)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(json));
        return Tokenizer.Load(stream, "tokenizer.json");
    }

    public static string Build(
        IEnumerable<string> tokens, string merges = "[]", string normalizer = "null", string preTokenizer = "null", string decoder = "null", string added = "[]", string postProcessor = "null", string options = "")
    {
        string vocabulary = JsonSerializer.Serialize(tokens.Distinct().Select((token, id) => (token, id)).ToDictionary(pair => pair.token, pair => pair.id));
        return $$$"""
            {"version":"1.0","truncation":null,"padding":null,"added_tokens":{{{added}}},"normalizer":{{{normalizer}}},"pre_tokenizer":{{{preTokenizer}}},
            "post_processor":{{{postProcessor}}},"decoder":{{{decoder}}},"model":{"type":"BPE",{{{options}}}"vocab":{{{vocabulary}}},"merges":{{{merges}}}}}
            """;
    }

    /// <summary>A byte-level tokenizer with the 256 byte tokens, split by <paramref name="pattern"/>.</summary>
    public static string BuildByteLevel(string pattern = QwenPattern, IEnumerable<string>? more = null, string merges = "[]", string added = "[]") => Build(
        Enumerable.Range(0, 256).Select(b => ByteLevelAlphabet.ToChar((byte)b).ToString()).Concat(more ?? []),
        merges,
        preTokenizer: """{"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":PATTERN},"behavior":"Isolated","invert":false},LAST]}"""
            .Replace("PATTERN", JsonSerializer.Serialize(pattern), StringComparison.Ordinal).Replace("LAST", ByteLevel, StringComparison.Ordinal),
        decoder: ByteLevel,
        added: added);

    public static string Added(params string[] tokens) => $"[{string.Join(',', tokens)}]";

    public static string AddedToken(string content, bool special = true, bool normalized = false, bool lstrip = false, bool rstrip = false, bool singleWord = false) =>
        JsonSerializer.Serialize(new { id = 0, content, single_word = singleWord, lstrip, rstrip, normalized, special });

    public static string[] Tokens(this Tokenizer tokenizer, string text) => [.. tokenizer.Encode(text, addSpecialTokens: false).Select(id => tokenizer.TokenText(id)!)];
}
