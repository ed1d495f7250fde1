using OrleansInference.Engine.Sampling;

namespace OrleansInference.Unit.Engine.Sampling;

public sealed class WatermarkTests
{
    private const int Vocabulary = 32_000;

    [Fact]
    public void A_key_prefers_half_of_the_tokens_and_another_key_other_ones()
    {
        Watermark one = Watermark.Of(1, Vocabulary), two = Watermark.Of(2, Vocabulary);
        int[] preferred = [.. Enumerable.Range(0, Vocabulary).Where(one.Prefers)];
        Assert.InRange(preferred.Length, Vocabulary * 0.48, Vocabulary * 0.52);
        Assert.InRange(preferred.Count(two.Prefers), preferred.Length * 0.47, preferred.Length * 0.53);
        Assert.Equal(preferred, Enumerable.Range(0, Vocabulary).Where(Watermark.Of(1, Vocabulary).Prefers));
    }

    [Fact]
    public void Keys_that_were_forgotten_are_made_again()
    {
        bool[] before = [.. Enumerable.Range(0, 100).Select(Watermark.Of(7, 100).Prefers)];
        for (ulong key = 1000; key < 1600; key++)
        {
            Watermark.Of(key, 100);
        }

        Assert.Equal(before, Enumerable.Range(0, 100).Select(Watermark.Of(7, 100).Prefers));
    }
}
