using OrleansInference.Text.Tokenization;

namespace OrleansInference.Unit.Text.Tokenization;

public sealed class PreTokenizerTests
{
    [Theory]
    [InlineData("""{"type":"Whitespace"}""", "Hey, you_2 𝔘!?", "Hey|,|you_2|𝔘|!?")]
    [InlineData("""{"type":"WhitespaceSplit"}""", " Hey,  you\u00A0x", "Hey,|you|x")]
    [InlineData("""{"type":"Digits","individual_digits":true}""", "ab12½c", "ab|1|2|½|c")]
    [InlineData("""{"type":"Digits","individual_digits":false}""", "ab12c", "ab|12|c")]
    [InlineData("""{"type":"Punctuation"}""", "a,b$$c", "a|,|b|$|$|c")]
    [InlineData("""{"type":"Punctuation","behavior":"Contiguous"}""", "a,b$$c", "a|,|b|$$|c")]
    [InlineData("""{"type":"Split","pattern":{"String":"-"},"behavior":"MergedWithNext","invert":false}""", "a-b", "a|-b")]
    [InlineData("""{"type":"Split","pattern":{"Regex":"[a-z]+"},"behavior":"Removed","invert":true}""", "12ab3c", "ab|c")]
    [InlineData("""{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true}""", "Hey  you", "▁Hey|▁|▁you")]
    [InlineData("""{"type":"Metaspace","replacement":"▁","prepend_scheme":"never","split":false}""", "Hey you", "Hey▁you")]
    [InlineData("""{"type":"Metaspace","replacement":"▁","add_prefix_space":false,"prepend_scheme":"never"}""", "a b", "a|▁b")]
    [InlineData("""{"type":"ByteLevel","add_prefix_space":true,"use_regex":true}""", "Hey you's é", "ĠHey|Ġyou|'s|ĠÃ©")]
    [InlineData("""{"type":"ByteLevel","add_prefix_space":false,"use_regex":false}""", "a b", "aĠb")]
    [InlineData("""{"type":"Sequence","pretokenizers":[{"type":"WhitespaceSplit"},{"type":"Digits","individual_digits":true}]}""", "a1 2", "a|1|2")]
    public void Words_are_split_as_the_reference_splits_them(string preTokenizer, string text, string expected) => Assert.Equal(expected.Split('|'), Words(preTokenizer, text));

    [Fact]
    public void Metaspace_can_prepend_at_the_start_of_the_input_only()
    {
        const string First = """{"type":"Metaspace","replacement":"▁","prepend_scheme":"first"}""";
        Assert.Equal(["▁a", "<s>", "b"], Words(First, "a<s>b"));
        Assert.Equal(["<s>", "b"], Words(First, "<s>b"));
        Assert.Equal(["▁a", "▁<s>x".Replace("<s>x", ""), "<s>", "▁b"], Words(First, "a <s> b"));
    }

    [Fact]
    public void A_prefix_space_goes_before_every_stretch_between_added_tokens()
    {
        const string Always = """{"type":"ByteLevel","add_prefix_space":true,"use_regex":false}""";
        Assert.Equal(["Ġa", "<s>", "Ġb"], Words(Always, "a<s>b"));
    }

    // Every possible word is a token here, so that the tokens are the words.
    private static string[] Words(string preTokenizer, string text)
    {
        string[] tokens = TokenizerJson.Load(TokenizerJson.Build(
            Enumerable.Range(33, 700).Select(c => ((char)c).ToString()).Append("▁").Append("𝔘"),
            preTokenizer: preTokenizer,
            added: TokenizerJson.Added(TokenizerJson.AddedToken("<s>")),
            options: "\"end_of_word_suffix\":\"\",")).Tokens(text);
        return Join(preTokenizer, text, tokens);
    }

    // Words are distinguished by an end-of-word suffix on their last character.
    private static string[] Join(string preTokenizer, string text, string[] plain)
    {
        string[] characters = [.. Enumerable.Range(33, 700).Select(c => ((char)c).ToString()), "▁", "𝔘"];
        Tokenizer tokenizer = TokenizerJson.Load(TokenizerJson.Build(
            characters.Concat(characters.Select(c => c + "</w>")),
            preTokenizer: preTokenizer,
            added: TokenizerJson.Added(TokenizerJson.AddedToken("<s>")),
            options: "\"end_of_word_suffix\":\"</w>\","));
        string[] tokens = tokenizer.Tokens(text);
        Assert.Equal(plain.Length, tokens.Length);
        var words = new List<string>();
        string word = "";
        foreach (string token in tokens)
        {
            if (token == "<s>")
            {
                words.Add(token);
            }
            else if (token.EndsWith("</w>", StringComparison.Ordinal))
            {
                words.Add(word + token[..^4]);
                word = "";
            }
            else
            {
                word += token;
            }
        }
        return [.. words];
    }
}
