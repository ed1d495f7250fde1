using OrleansInference.Text.Tokenization.Normalizers;

namespace OrleansInference.Unit.Text.Tokenization;

public sealed class NormalizerTests
{
    private static readonly UnicodeNormalizer Nfc = new(compatibility: false, compose: true);
    private static readonly UnicodeNormalizer Nfd = new(compatibility: false, compose: false);
    private static readonly UnicodeNormalizer Nfkc = new(compatibility: true, compose: true);
    private static readonly UnicodeNormalizer Nfkd = new(compatibility: true, compose: false);

    [Theory]
    [InlineData("e\u0301", "é", "e\u0301", "é", "e\u0301")]
    [InlineData("\u1100\u1161\u11A8", "각", "\u1100\u1161\u11A8", "각", "\u1100\u1161\u11A8")]
    [InlineData("ﬁ①½", "ﬁ①½", "ﬁ①½", "fi11\u20442", "fi11\u20442")]
    [InlineData("\u212B", "Å", "A\u030A", "Å", "A\u030A")]
    [InlineData("a\u0323\u0307 a\u0307\u0323", "ạ\u0307 ạ\u0307", "a\u0323\u0307 a\u0323\u0307", "ạ\u0307 ạ\u0307", "a\u0323\u0307 a\u0323\u0307")]
    [InlineData("\u0958", "\u0915\u093C", "\u0915\u093C", "\u0915\u093C", "\u0915\u093C")]
    [InlineData("\u0344", "\u0308\u0301", "\u0308\u0301", "\u0308\u0301", "\u0308\u0301")]
    [InlineData("ＡＢＣ　１", "ＡＢＣ　１", "ＡＢＣ　１", "ABC 1", "ABC 1")]
    [InlineData("𝔘\U0002F800", "𝔘丽", "𝔘丽", "U丽", "U丽")]
    [InlineData("\u01D5", "\u01D5", "U\u0308\u0304", "\u01D5", "U\u0308\u0304")]
    [InlineData("가\u11A8\u11A8", "각\u11A8", "\u1100\u1161\u11A8\u11A8", "각\u11A8", "\u1100\u1161\u11A8\u11A8")]
    public void Forms_are_those_of_the_standard(string text, string nfc, string nfd, string nfkc, string nfkd)
    {
        Assert.Equal(nfc, Nfc.Normalize(text));
        Assert.Equal(nfd, Nfd.Normalize(text));
        Assert.Equal(nfkc, Nfkc.Normalize(text));
        Assert.Equal(nfkd, Nfkd.Normalize(text));
    }

    [Fact]
    public void Plain_text_is_returned_as_it_is()
    {
        const string Text = "plain ASCII text, naïve café\n";
        Assert.Same(Text, Nfc.Normalize(Text));
    }

    [Fact]
    public void A_long_run_of_marks_is_ordered_stably_in_little_time()
    {
        string marks = string.Concat(Enumerable.Repeat("\u0301\u0323", 100_000));
        string ordered = Nfd.Normalize("q" + marks);
        Assert.Equal("q" + new string('\u0323', 100_000) + new string('\u0301', 100_000), ordered);
    }

    [Fact]
    public void Normalizing_twice_changes_nothing_more()
    {
        for (int c = 0xA0; c < 0x30000; c++)
        {
            if (c is >= 0xD800 and < 0xE000)
                continue;
            string text = char.ConvertFromUtf32(c);
            foreach (UnicodeNormalizer normalizer in new[] { Nfc, Nfd, Nfkc, Nfkd })
            {
                string once = normalizer.Normalize(text);
                Assert.Equal(once, normalizer.Normalize(once));
            }
        }
    }

    [Fact]
    public void Lowercase_and_accents_go_code_point_by_code_point()
    {
        Assert.Equal("straße ǆ i\u0307 𐐨 σ", CharacterNormalizer.Lowercase.Normalize("STRAßE Ǆ İ 𐐀 Σ"));
        Assert.Equal("xe", CharacterNormalizer.StripAccents.Normalize("x\u0301\u20DDe"));
        Assert.Equal("a b", CharacterNormalizer.Nmt.Normalize("a\u0001\u200Bb"));
        Assert.Equal("Ã©Ġ", CharacterNormalizer.ByteLevel.Normalize("é "));
    }

    [Fact]
    public void Strip_and_prepend_keep_to_their_ends()
    {
        Assert.Equal("a ", new StripNormalizer(left: true, right: false).Normalize("\u3000 a "));
        Assert.Equal(" a", new StripNormalizer(left: false, right: true).Normalize(" a\n"));
        Assert.Equal("", new PrependNormalizer("▁").Normalize(""));
        Assert.Equal("▁a", new PrependNormalizer("▁").Normalize("a"));
    }
}
