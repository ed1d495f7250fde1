using System.Text;
using OrleansInference.Models;
using OrleansInference.Text.Tokenization;

namespace OrleansInference.Unit.Text.Tokenization;

public sealed class TokenizerFuzzTests
{
    private static readonly string[] Alphabet = ["a", "B", " ", "  ", "\n", "\r", "\r\n", "1", "٣", "é", "e\u0301", "🙂", "👩‍👩‍👧", "𠮷", "ß", "ſ", "'s", "'LL", "\u0085", "\0", "\u200D", "世", "!", "<s>", "<", "\t", "½", "ﬁ"];

    [Fact]
    public void Byte_level_text_survives_the_round_trip()
    {
        var random = new Random(Seed.Next());
        Tokenizer tokenizer = TokenizerJson.Load(TokenizerJson.BuildByteLevel(
            more: ["Ġa", "aa", "Ġaa", "ðŁ"], merges: """[["Ġ","a"],["a","a"],["Ġa","a"],["ð","Ł"]]""", added: TokenizerJson.Added(TokenizerJson.AddedToken("<s>"))));
        for (int round = 0; round < 2000; round++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(30)).Select(_ => Alphabet[random.Next(Alphabet.Length)]));
            int[] ids = tokenizer.Encode(text, addSpecialTokens: false);
            Assert.Equal(text, tokenizer.Decode(ids, skipSpecialTokens: false));
            ITokenStreamDecoder stream = tokenizer.CreateStreamDecoder(skipSpecialTokens: false);
            Assert.Equal(text, string.Concat(ids.Select(stream.Append)) + stream.Flush());
        }
    }

    [Fact]
    public void A_corrupted_file_loads_or_is_refused_with_a_reason()
    {
        var random = new Random(Seed.Next());
        byte[] file = Encoding.UTF8.GetBytes(TokenizerJson.Build(
            ["<unk>", "a", "b", "ab", "▁", "<0x41>"],
            """[["a","b"]]""",
            """{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},{"type":"Replace","pattern":{"String":" "},"content":"▁"},{"type":"NFC"}]}""",
            """{"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":"\\p{N}{1,3}|(?i:'s)|\\s+(?!\\S)"},"behavior":"Isolated","invert":false},{"type":"Digits","individual_digits":true}]}""",
            """{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]}""",
            TokenizerJson.Added(TokenizerJson.AddedToken("<s>"), TokenizerJson.AddedToken("<t>", normalized: true)),
            """{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"b","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],"pair":[],"special_tokens":{"b":{"id":"b","ids":[1],"tokens":["b"]}}}""",
            "\"unk_token\":\"<unk>\",\"fuse_unk\":true,\"byte_fallback\":true,"));
        string text = string.Concat(Alphabet);
        for (int round = 0; round < 3000; round++)
        {
            byte[] corrupted = Corrupt(file, random);
            try
            {
                using var stream = new MemoryStream(corrupted);
                Tokenizer tokenizer = Tokenizer.Load(stream, "corrupted.json");
                int[] ids = tokenizer.Encode(text, addSpecialTokens: true);
                ITokenStreamDecoder decoder = tokenizer.CreateStreamDecoder(skipSpecialTokens: true);
                Assert.Equal(tokenizer.Decode(ids, skipSpecialTokens: true), string.Concat(ids.Select(decoder.Append)) + decoder.Flush());
            }
            catch (InferenceException exception)
            {
                Assert.Contains(exception.Code, new[] { ErrorCode.InvalidTokenizer, ErrorCode.InvalidRequest });
            }
        }
    }

    [Theory]
    [InlineData("", "JSON")]
    [InlineData("[]", "object")]
    [InlineData("{}", "model")]
    [InlineData("""{"model":{"type":"Unigram"}}""", "Unigram")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":-1},"merges":[]}}""", "vocab['a']")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":16777216},"merges":[]}}""", "16777215")]
    [InlineData("""{"model":{"type":"BPE","dropout":0.1,"vocab":{},"merges":[]}}""", "dropout")]
    [InlineData("""{"normalizer":{"type":"Precompiled"},"model":{"vocab":{},"merges":[]}}""", "Precompiled")]
    [InlineData("""{"pre_tokenizer":{"type":"Split","pattern":{"Regex":"("},"behavior":"Isolated"},"model":{"vocab":{},"merges":[]}}""", "group")]
    [InlineData("""{"model":{"vocab":{"\ud800":1},"merges":[]}}""", "JSON")]
    [InlineData("""{"version":"2.0","model":{"vocab":{},"merges":[]}}""", "1.0")]
    public void A_wrong_field_is_named(string json, string expected)
    {
        var exception = Assert.Throws<InferenceException>(() => TokenizerJson.Load(json));
        Assert.Equal(ErrorCode.InvalidTokenizer, exception.Code);
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Deep_nesting_is_refused()
    {
        string nested = string.Concat(Enumerable.Repeat("""{"type":"Sequence","normalizers":[""", 10_000));
        Assert.Throws<InferenceException>(() => TokenizerJson.Load($$"""{"normalizer":{{nested}}"""));
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        var exception = Assert.Throws<InferenceException>(() => Tokenizer.Load("/nowhere/tokenizer.json"));
        Assert.Contains("/nowhere/tokenizer.json", exception.Message, StringComparison.Ordinal);
    }

    private static byte[] Corrupt(byte[] file, Random random)
    {
        List<byte> bytes = [.. file];
        for (int changes = random.Next(1, 4); changes > 0; changes--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 20), bytes.Count - at));
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 20), bytes.Count - at)));
                    break;
                default:
                    bytes[at] = (byte)"\"[]{}:,0129\\-+*?"[random.Next(16)];
                    break;
            }
            if (bytes.Count == 0)
                bytes.Add(0);
        }
        return [.. bytes];
    }
}
