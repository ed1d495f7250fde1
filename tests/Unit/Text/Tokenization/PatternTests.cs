using OrleansInference.Models;
using OrleansInference.Text.Tokenization.Patterns;

namespace OrleansInference.Unit.Text.Tokenization;

public sealed class PatternTests
{
    private const string Gpt2 = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";
    private const string Cl100k = @"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s";
    private const string O200k =
        @"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    [Theory]
    [InlineData(Gpt2, "I'm  here, ok?\n\n x12", "I|'m| | here|,| ok|?|\n\n| x|12")]
    [InlineData(TokenizerJson.QwenPattern, "It'S  12 𝔘𝔫 🙂!", "It|'S| | |1|2| 𝔘𝔫| 🙂!")]
    [InlineData(O200k, "HelloWorld's 1234", "Hello|World's| |123|4")]
    [InlineData(@"\p{N}{1,3}", "12345a𝟙𝟚𝟛𝟜", "123|45|𝟙𝟚𝟛|𝟜")]
    [InlineData("(?:ab|a)(?:c|bcd)", "abcd abc", "abc|abc")]
    [InlineData("(?>ab|a)c", "abc ac", "abc|ac")]
    [InlineData("a+?b|a", "aab", "aab")]
    [InlineData("[a-c&&[^b]]+", "abca", "a|ca")]
    [InlineData("[[:digit:]x-]+", "1-x2a", "1-x2")]
    [InlineData(@"(?<=a)b|(?<!x)c", "ab bc xc", "b|c")]
    [InlineData(@"^b|a$", "b\nb a\nc", "b|b|a")]
    [InlineData(@"\bfoo\b", "foo food foo", "foo|foo")]
    [InlineData(@"[\u4e00-\x{9fff}]+\p{Han}", "你好世界", "你好世界")]
    [InlineData("(?i)straße|k", "STRAßE \u212A", "STRAßE|\u212A")]
    [InlineData("x{2}|x{0,1}y", "xxxy", "xx|xy")]
    [InlineData("a{,2}b{2,}", "aaabb", "aabb")]
    [InlineData("a{x", "a{x", "a{x")]
    public void Matches_are_those_of_the_reference(string pattern, string text, string expected) => Assert.Equal(expected.Split('|'), Matches(pattern, text));

    [Fact]
    public void Case_folding_takes_in_the_long_s_and_the_kelvin_sign()
    {
        Assert.Equal(["'ſ"], Matches("(?i:'s)", "'ſ"));
        Assert.Equal(["K"], Matches("(?i:k)", "K"));
        Assert.Empty(Matches("'s", "'S"));
    }

    [Fact]
    public void An_interval_with_plus_repeats_the_interval_as_in_the_ruby_syntax() => Assert.Equal(["1234567"], Matches(@"\p{N}{1,3}+", "1234567"));

    [Fact]
    public void Space_is_unicode_white_space()
    {
        const string Spaces = "\t\n\v\f\r \u0085\u00A0\u1680\u2000\u200A\u2028\u2029\u202F\u205F\u3000";
        Assert.Equal([Spaces], Matches(@"\s+", Spaces));
        Assert.Empty(Matches(@"\s", "\u200B\u180E\uFEFF\u001C"));
    }

    [Fact]
    public void Empty_matches_count_once_and_never_after_a_match() => Assert.Equal(["", "aa", ""], Matches("a*", "baac"));

    [Theory]
    [InlineData(Gpt2)]
    [InlineData(Cl100k)]
    [InlineData(O200k)]
    [InlineData(TokenizerJson.QwenPattern)]
    [InlineData(@"\s+$|\s*x")]
    [InlineData("a*b|a|.")]
    [InlineData("(?:a|aa|\\s)*b")]
    [InlineData("(?:a?){20}a{20}$")]
    public void Long_runs_take_linear_time(string pattern)
    {
        foreach (string unit in new[] { "a", "A", " ", "\n", " \n", "7", "🙂", "é", "a ", "'", "世" })
        {
            string text = string.Concat(Enumerable.Repeat(unit, 200_000 / unit.Length)) + "!";
            string[] matches = Matches(pattern, text);
            Assert.True(matches.Sum(match => match.Length) <= text.Length);
        }
    }

    [Theory]
    [InlineData("(a")]
    [InlineData("a)")]
    [InlineData("[a")]
    [InlineData("*a")]
    [InlineData(@"\p{Nonsense}")]
    [InlineData(@"\p")]
    [InlineData(@"(a)\1")]
    [InlineData("[b-a]")]
    [InlineData("a{2000}")]
    [InlineData("(?<name>a)")]
    [InlineData("(?<=ab)c")]
    [InlineData("(?:a*)*")]
    [InlineData(@"\x{110000}")]
    [InlineData("((a{1000}){1000}){1000}")]
    [InlineData("\\")]
    public void Unsupported_syntax_is_named(string pattern)
    {
        var exception = Assert.Throws<InferenceException>(() => RegularPattern.Parse(pattern));
        Assert.Equal(ErrorCode.InvalidTokenizer, exception.Code);
        Assert.Contains("pattern", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(nameof(SplitBehavior.Removed), "The|final|countdown")]
    [InlineData(nameof(SplitBehavior.Isolated), "The|-|final|-|-|countdown")]
    [InlineData(nameof(SplitBehavior.MergedWithPrevious), "The-|final-|-|countdown")]
    [InlineData(nameof(SplitBehavior.MergedWithNext), "The|-final|-|-countdown")]
    [InlineData(nameof(SplitBehavior.Contiguous), "The|-|final|--|countdown")]
    public void Behaviours_keep_the_pieces_that_the_reference_keeps(string behavior, string expected)
    {
        const string Text = "The-final--countdown";
        var pieces = new List<PatternMatch>();
        new LiteralPattern("-").FindMatches(Text, pieces);
        Splitting.Apply(Enum.Parse<SplitBehavior>(behavior), invert: false, pieces);
        Assert.Equal(expected.Split('|'), pieces.Select(piece => Text[piece.Start..piece.End]));
    }

    private static string[] Matches(string pattern, string text)
    {
        var matches = new List<PatternMatch>();
        RegularPattern.Parse(pattern).FindMatches(text, matches);
        return [.. matches.Where(match => match.IsMatch).Select(match => text[match.Start..match.End])];
    }
}
