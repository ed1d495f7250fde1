using OrleansInference.Text.Tokenization;

namespace OrleansInference.Unit.Text.Tokenization;

public sealed class AddedTokenTests
{
    private const string Lower = """{"type":"Lowercase"}""";

    private static readonly string[] Letters = [" ", .. "abcdehlorwy<>/|".Select(c => c.ToString())];

    [Fact]
    public void The_leftmost_and_there_the_longest_wins()
    {
        Tokenizer tokenizer = Load(TokenizerJson.AddedToken("<a>"), TokenizerJson.AddedToken("<a>b"), TokenizerJson.AddedToken("bc"));
        Assert.Equal(["<a>b", "c"], tokenizer.Tokens("<a>bc"));
        Assert.Equal(["<a>", "<a>b", "bc"], tokenizer.Tokens("<a><a>bbc"));
    }

    [Fact]
    public void White_space_goes_with_tokens_that_strip()
    {
        Tokenizer tokenizer = Load(TokenizerJson.AddedToken("<l>", lstrip: true), TokenizerJson.AddedToken("<r>", rstrip: true));
        Assert.Equal(["a", "<l>", " ", "b"], tokenizer.Tokens("a  <l> b"));
        Assert.Equal(["a", " ", "<r>", "b"], tokenizer.Tokens("a <r> \u3000b"));
        Assert.Equal(["<r>", "<l>"], tokenizer.Tokens("<r>  <l>"));
    }

    [Fact]
    public void Single_words_are_not_found_inside_words()
    {
        Tokenizer tokenizer = Load(TokenizerJson.AddedToken("day", singleWord: true));
        Assert.Equal(["day", " ", "day"], tokenizer.Tokens("day day"));
        Assert.DoesNotContain("day", tokenizer.Tokens("aday day_ éday"));
    }

    [Fact]
    public void Normalized_tokens_are_looked_for_after_normalization()
    {
        Tokenizer tokenizer = Load(Lower, TokenizerJson.AddedToken("Hey", special: false, normalized: true), TokenizerJson.AddedToken("<A>", normalized: false));
        Assert.Equal(["Hey", " ", "Hey"], tokenizer.Tokens("HEY hey"));
        Assert.Equal(["<A>", "<", "a", ">"], tokenizer.Tokens("<A><a>"));
        Assert.Equal("hey", tokenizer.Decode(tokenizer.Encode("HEY", false), skipSpecialTokens: false));
    }

    [Fact]
    public void Ids_come_from_the_model_or_follow_its_vocabulary()
    {
        Tokenizer tokenizer = Load(TokenizerJson.AddedToken("a"), TokenizerJson.AddedToken("<x>"), TokenizerJson.AddedToken("<y>"), TokenizerJson.AddedToken("<x>", special: false));
        Assert.Equal(1, tokenizer.TokenId("a"));
        Assert.Equal(Letters.Length, tokenizer.TokenId("<x>"));
        Assert.Equal(Letters.Length + 1, tokenizer.TokenId("<y>"));
        Assert.Equal(Letters.Length + 2, tokenizer.VocabularySize);
        Assert.True(tokenizer.IsSpecial(1));
        Assert.False(tokenizer.IsSpecial(2));
        Assert.Null(tokenizer.TokenId("nothing"));
        Assert.Null(tokenizer.TokenText(-1));
    }

    [Fact]
    public void Special_tokens_are_left_out_of_decoding_if_asked_for()
    {
        Tokenizer tokenizer = Load(TokenizerJson.AddedToken("<s>"), TokenizerJson.AddedToken("<t>", special: false));
        int[] ids = tokenizer.Encode("<s><t>", addSpecialTokens: false);
        Assert.Equal("<s> <t>", tokenizer.Decode(ids, skipSpecialTokens: false));
        Assert.Equal("<t>", tokenizer.Decode(ids, skipSpecialTokens: true));
        Assert.Equal("<t>", tokenizer.Decode([.. ids, 99_999, -5], skipSpecialTokens: true));
    }

    [Fact]
    public void Text_of_special_tokens_only_has_no_other_ids()
    {
        Tokenizer tokenizer = Load(TokenizerJson.AddedToken("<s>"));
        Assert.Equal(["<s>", "<s>"], tokenizer.Tokens("<s><s>"));
        Assert.Empty(tokenizer.Tokens(""));
    }

    private static Tokenizer Load(params string[] added)
    {
        bool hasNormalizer = added[0] == Lower;
        return TokenizerJson.Load(TokenizerJson.Build(Letters, added: TokenizerJson.Added(hasNormalizer ? added[1..] : added), normalizer: hasNormalizer ? Lower : "null"));
    }
}
