using OrleansInference.Models;
using OrleansInference.Text.Tokenization;

namespace OrleansInference.Unit.Text.Tokenization;

public sealed class BytePairTests
{
    [Fact]
    public void The_lowest_rank_merges_first_and_the_leftmost_among_equals()
    {
        Tokenizer tokenizer = TokenizerJson.Load(TokenizerJson.Build(["a", "b", "aa", "ab", "aab"], """["a b","a a","aa b"]"""));
        Assert.Equal(["aa", "a"], tokenizer.Tokens("aaa"));
        Assert.Equal(["a", "ab"], tokenizer.Tokens("aab"));
        Assert.Equal(["aa", "ab"], tokenizer.Tokens("aaab"));
    }

    [Fact]
    public void Pairs_and_lines_are_the_same_merges()
    {
        Tokenizer lines = TokenizerJson.Load(TokenizerJson.Build(["a", "b", "ab"], """["#version: 0.2","a b"]"""));
        Tokenizer pairs = TokenizerJson.Load(TokenizerJson.Build(["a", "b", "ab"], """[["a","b"]]"""));
        Assert.Equal(["ab"], lines.Tokens("ab"));
        Assert.Equal(["ab"], pairs.Tokens("ab"));
    }

    [Fact]
    public void Long_and_short_words_merge_alike()
    {
        int seed = Seed.Next();
        var random = new Random(seed);
        string[] alphabet = ["a", "b", "c"];
        var tokens = new List<string>(alphabet);
        var merges = new List<string>();
        while (tokens.Count < 60)
        {
            string left = tokens[random.Next(tokens.Count)], right = tokens[random.Next(tokens.Count)];
            if (left.Length + right.Length > 6 || tokens.Contains(left + right))
                continue;
            tokens.Add(left + right);
            merges.Add($"\"{left} {right}\"");
        }
        Tokenizer tokenizer = TokenizerJson.Load(TokenizerJson.Build(tokens, $"[{string.Join(',', merges)}]"));
        for (int round = 0; round < 300; round++)
        {
            string word = string.Concat(Enumerable.Range(0, random.Next(1, 90)).Select(_ => alphabet[random.Next(3)]));
            Assert.Equal(Reference(word, merges), tokenizer.Tokens(word));
        }
    }

    [Fact]
    public void A_word_of_a_million_letters_merges_in_little_time()
    {
        string[] tokens = [.. Enumerable.Range(0, 8).Select(power => new string('a', 1 << power))];
        string merges = $"[{string.Join(',', Enumerable.Range(0, 7).Select(power => $"[\"{tokens[power]}\",\"{tokens[power]}\"]"))}]";
        Tokenizer tokenizer = TokenizerJson.Load(TokenizerJson.Build(tokens, merges));
        int[] ids = tokenizer.Encode(new string('a', 1_000_001), addSpecialTokens: false);
        Assert.Equal(1_000_001 / 128 + 1 + 1, ids.Length);
    }

    [Fact]
    public void Whole_words_win_over_merges_where_merges_are_ignored()
    {
        string[] tokens = ["a", "b", "c", "ab", "abc"];
        Assert.Equal(["abc"], TokenizerJson.Load(TokenizerJson.Build(tokens, """["a b"]""", options: "\"ignore_merges\":true,")).Tokens("abc"));
        Assert.Equal(["ab", "c"], TokenizerJson.Load(TokenizerJson.Build(tokens, """["a b"]""")).Tokens("abc"));
    }

    [Fact]
    public void Unknown_characters_are_dropped_marked_or_fused()
    {
        string[] tokens = ["<unk>", "a"];
        Assert.Equal(["a", "a"], TokenizerJson.Load(TokenizerJson.Build(tokens)).Tokens("axya"));
        Assert.Equal(["a", "<unk>", "<unk>", "a"], TokenizerJson.Load(TokenizerJson.Build(tokens, options: "\"unk_token\":\"<unk>\",")).Tokens("axya"));
        Assert.Equal(["a", "<unk>", "a"], TokenizerJson.Load(TokenizerJson.Build(tokens, options: "\"unk_token\":\"<unk>\",\"fuse_unk\":true,")).Tokens("axya"));
    }

    [Fact]
    public void Byte_fallback_needs_every_byte_of_the_character()
    {
        string[] tokens = ["<unk>", "a", "<0xC3>", "<0xA9>"];
        Tokenizer tokenizer = TokenizerJson.Load(TokenizerJson.Build(tokens, options: "\"unk_token\":\"<unk>\",\"byte_fallback\":true,"));
        Assert.Equal(["a", "<0xC3>", "<0xA9>"], tokenizer.Tokens("aé"));
        Assert.Equal(["<unk>", "a"], tokenizer.Tokens("üa"));
        Assert.Equal(["<0xC3>", "<0xA9>", "<unk>", "a"], tokenizer.Tokens("üéa"));
    }

    [Fact]
    public void Prefixes_and_suffixes_mark_where_in_the_word_a_piece_stands()
    {
        Tokenizer tokenizer = TokenizerJson.Load(TokenizerJson.Build(
            ["a", "##b", "##c</w>", "a</w>", "ab", "abc</w>"], """["a ##b","ab ##c</w>"]""", options: "\"continuing_subword_prefix\":\"##\",\"end_of_word_suffix\":\"</w>\","));
        Assert.Equal(["abc</w>"], tokenizer.Tokens("abc"));
        Assert.Equal(["a</w>"], tokenizer.Tokens("a"));
    }

    [Theory]
    [InlineData("""["a x"]""", "x")]
    [InlineData("""["a b"]""", "ab")]
    [InlineData("""["a  b"]""", "one space")]
    [InlineData("""[["a"]]""", "a pair")]
    [InlineData("[1]", "a pair")]
    public void A_wrong_merge_is_named(string merges, string expected)
    {
        var exception = Assert.Throws<InferenceException>(() => TokenizerJson.Load(TokenizerJson.Build(["a", "b"], merges)));
        Assert.Equal(ErrorCode.InvalidTokenizer, exception.Code);
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Concurrent_callers_share_the_cache_of_words()
    {
        Tokenizer tokenizer = TokenizerJson.Load(TokenizerJson.Build(["a", "b", "ab"], """["a b"]""", preTokenizer: """{"type":"WhitespaceSplit"}"""));
        Parallel.For(0, 8, worker =>
        {
            for (int i = 0; i < 20_000; i++)
            {
                string word = string.Concat(Enumerable.Range(0, 16).Select(bit => (i + worker * 20_000 >> bit & 1) == 0 ? 'a' : 'b'));
                int[] ids = tokenizer.Encode(word, addSpecialTokens: false);
                if (string.Concat(ids.Select(tokenizer.TokenText)) != word)
                    Assert.Fail(word);
            }
        });
    }

    private static string[] Reference(string word, List<string> merges)
    {
        List<string> symbols = [.. word.Select(c => c.ToString())];
        while (true)
        {
            int best = -1, bestRank = int.MaxValue;
            for (int i = 0; i + 1 < symbols.Count; i++)
            {
                int rank = merges.IndexOf($"\"{symbols[i]} {symbols[i + 1]}\"");
                if (rank >= 0 && rank < bestRank)
                    (best, bestRank) = (i, rank);
            }
            if (best < 0)
                return [.. symbols];
            symbols[best] += symbols[best + 1];
            symbols.RemoveAt(best + 1);
        }
    }
}
