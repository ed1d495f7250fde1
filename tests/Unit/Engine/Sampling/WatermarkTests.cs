using OrleansInference.Engine.Requests;
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

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Texts_of_hundreds_of_words_show_the_watermark_and_no_others(bool hasWatermark)
    {
        // Each step has its own order of the tokens, whose probabilities fall as in natural language (Zipf): 4.6 bits for each token.
        const int Tokens = 400;
        Sampler sampler = new(Vocabulary);
        Random random = new(1);
        int[] order = [.. Enumerable.Range(0, Vocabulary)];
        float[] logits = new float[Vocabulary];
        for (ulong key = 1; key <= 5; key++)
        {
            GenerationRequest request = new() { RequestId = "r", Prompt = new int[] { 1 }, MaxTokens = Tokens, Sampling = new() { Seed = key, Watermark = hasWatermark ? key : null } };
            SequenceSampling sequence = new(request, 0, []);
            HashSet<int> text = [];
            for (int position = 0; position < Tokens; position++)
            {
                random.Shuffle(order);
                for (int rank = 0; rank < Vocabulary; rank++)
                {
                    logits[order[rank]] = -1.5f * MathF.Log(rank + 1);
                }

                text.Add(sampler.Sample(logits, sequence, position, []).Token);
            }

            double z = ((2.0 * text.Count(Watermark.Of(key, Vocabulary).Prefers)) - text.Count) / Math.Sqrt(text.Count);
            Assert.True(hasWatermark ? z > 8 : Math.Abs(z) < 4, $"key {key}: {text.Count} different tokens, z = {z:0.0}");
        }
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
