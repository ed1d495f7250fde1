using System.Text;
using OrleansInference.Text.Tokenization;

namespace OrleansInference.Unit.Text.Tokenization;

public sealed class DecoderTests
{
    private const string Llama =
        """{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]}""";

    [Theory]
    [InlineData(TokenizerJson.ByteLevel, "Ġhello|ĠÃ|©|!", " hello é!")]
    [InlineData(TokenizerJson.ByteLevel, "Ã|x", "\uFFFDx")]
    [InlineData(TokenizerJson.ByteLevel, "ð|Ł|Ļ", "\uFFFD")]
    [InlineData(TokenizerJson.ByteLevel, "世Ġ|ĠÃ", "世Ġ \uFFFD")]
    [InlineData(Llama, "▁Hey|▁you", "Hey you")]
    [InlineData(Llama, "▁|▁a", " a")]
    [InlineData(Llama, "<0xE4>|<0xBD>|<0xA0>|a", "你a")]
    [InlineData(Llama, "a|<0xE4>|<0xBD>|a", "a\uFFFD\uFFFDa")]
    [InlineData(Llama, "<0xE4>|<0xBD>|<0xA0>|<0xFF>", "\uFFFD\uFFFD\uFFFD\uFFFD")]
    [InlineData("""{"type":"Metaspace","replacement":"▁","prepend_scheme":"always"}""", "▁a▁|▁b", "a b")]
    [InlineData("""{"type":"Metaspace","replacement":"▁","prepend_scheme":"never"}""", "▁a|▁b", " a b")]
    [InlineData("""{"type":"WordPiece","prefix":"##","cleanup":true}""", "he|##llo|,|you", "hello, you")]
    [InlineData("""{"type":"BPEDecoder","suffix":"</w>"}""", "he|y</w>|you</w>", "hey you")]
    [InlineData("""{"type":"Strip","content":" ","start":1,"stop":1}""", "  a  |b ", " a b")]
    [InlineData("""{"type":"Sequence","decoders":[{"type":"Fuse"},{"type":"Replace","pattern":{"String":"ab"},"content":"-"}]}""", "xa|ba|a", "x-aa")]
    [InlineData("""{"type":"Sequence","decoders":[{"type":"Fuse"},{"type":"Strip","content":" ","start":0,"stop":2}]}""", "a |  | ", "a  ")]
    [InlineData("""{"type":"Replace","pattern":{"Regex":"[ab]+"},"content":"-"}""", "xab|ba", "x--")]
    [InlineData("null", "a|b", "a b")]
    public void Tokens_decode_as_the_reference_decodes_them_whole_and_streamed(string decoder, string tokens, string expected)
    {
        string[] parts = tokens.Split('|');
        Tokenizer tokenizer = TokenizerJson.Load(TokenizerJson.Build(parts, decoder: decoder));
        int[] ids = [.. parts.Select(token => tokenizer.TokenId(token)!.Value)];
        Assert.Equal(expected, tokenizer.Decode(ids, skipSpecialTokens: false));
        for (int length = 0; length <= ids.Length; length++)
        {
            ITokenStreamDecoder stream = tokenizer.CreateStreamDecoder(skipSpecialTokens: false);
            string streamed = string.Concat(ids[..length].Select(stream.Append)) + stream.Flush();
            Assert.Equal(tokenizer.Decode(ids.AsSpan(0, length), skipSpecialTokens: false), streamed);
        }
    }

    [Fact]
    public void A_stream_holds_back_incomplete_characters_only()
    {
        Tokenizer tokenizer = TokenizerJson.Load(TokenizerJson.BuildByteLevel());
        ITokenStreamDecoder stream = tokenizer.CreateStreamDecoder(skipSpecialTokens: false);
        string[] emitted = [.. tokenizer.Encode("a🙂é", addSpecialTokens: false).Select(stream.Append)];
        Assert.Equal(["a", "", "", "", "🙂", "", "é"], emitted);
        Assert.Equal("", stream.Flush());
    }

    [Fact]
    public void Random_bytes_stream_to_what_they_decode_to()
    {
        var random = new Random(Seed.Next());
        Tokenizer tokenizer = TokenizerJson.Load(TokenizerJson.BuildByteLevel());
        for (int round = 0; round < 500; round++)
        {
            var bytes = new byte[random.Next(40)];
            for (int i = 0; i < bytes.Length; i++)
                bytes[i] = (byte)(random.Next(3) == 0 ? random.Next(128) : 0x80 + random.Next(128));
            int[] ids = [.. bytes.Select(b => tokenizer.TokenId(ByteLevelAlphabet.ToChar(b).ToString())!.Value)];
            ITokenStreamDecoder stream = tokenizer.CreateStreamDecoder(skipSpecialTokens: false);
            string streamed = string.Concat(ids.Select(stream.Append)) + stream.Flush();
            Assert.Equal(Encoding.UTF8.GetString(bytes), streamed);
            Assert.Equal(streamed, tokenizer.Decode(ids, skipSpecialTokens: false));
        }
    }

    [Fact]
    public void Token_bytes_are_those_in_the_middle_of_a_text()
    {
        Tokenizer byteLevel = TokenizerJson.Load(TokenizerJson.BuildByteLevel(more: ["Ġa"], added: TokenizerJson.Added(TokenizerJson.AddedToken("<｜x｜>"))));
        Assert.Equal(" a"u8.ToArray(), byteLevel.TokenBytes(byteLevel.TokenId("Ġa")!.Value).ToArray());
        Assert.Equal([0xC3], byteLevel.TokenBytes(byteLevel.TokenId("Ã")!.Value).ToArray());
        Assert.Equal("<｜x｜>"u8.ToArray(), byteLevel.TokenBytes(byteLevel.TokenId("<｜x｜>")!.Value).ToArray());
        Assert.True(byteLevel.TokenBytes(9999).IsEmpty);
        Tokenizer llama = TokenizerJson.Load(TokenizerJson.Build(["▁a", "<0x0A>", "▁"], decoder: Llama));
        Assert.Equal(" a"u8.ToArray(), llama.TokenBytes(0).ToArray());
        Assert.Equal([0x0A], llama.TokenBytes(1).ToArray());
        Assert.Equal(" "u8.ToArray(), llama.TokenBytes(2).ToArray());
    }

    [Fact]
    public void Post_processors_add_their_tokens_only_if_asked_for()
    {
        const string Template = """{"type":"Sequence","processors":[{"type":"ByteLevel","trim_offsets":true},{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"b","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],"pair":[],"special_tokens":{"b":{"id":"b","ids":[1],"tokens":["b"]}}}]}""";
        Tokenizer template = TokenizerJson.Load(TokenizerJson.Build(["a", "b", "c"], postProcessor: Template));
        Assert.Equal([1, 0], template.Encode("a", addSpecialTokens: true));
        Assert.Equal([0], template.Encode("a", addSpecialTokens: false));
        Assert.Equal([1], template.Encode("", addSpecialTokens: true));
        Tokenizer roberta = TokenizerJson.Load(TokenizerJson.Build(["a", "b", "c"], postProcessor: """{"type":"RobertaProcessing","sep":["c",2],"cls":["b",1],"trim_offsets":true,"add_prefix_space":true}"""));
        Assert.Equal([1, 0, 2], roberta.Encode("a", addSpecialTokens: true));
    }

    [Fact]
    public void Unpaired_surrogates_count_as_replacement_characters()
    {
        Tokenizer tokenizer = TokenizerJson.Load(TokenizerJson.BuildByteLevel());
        Assert.Equal("a\uFFFDb\uFFFD🙂", tokenizer.Decode(tokenizer.Encode("a\uD83Db\uDE42🙂", addSpecialTokens: false), skipSpecialTokens: false));
    }
}
