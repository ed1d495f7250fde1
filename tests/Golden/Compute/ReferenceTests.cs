using System.Text.Json;

namespace OrleansInference.Golden.Compute;

/// <summary>Our logits beside those that the reference implementation computed in float32 from the same weights.</summary>
public sealed class ReferenceTests
{
    [Theory]
    [InlineData("qwen2", 1e-3f)]
    [InlineData("qwen2-sharded", 1e-3f)]
    [InlineData("qwen2-tied", 1e-3f)]
    [InlineData("llama3", 1e-3f)]
    [InlineData("qwen2-fp32", 1e-4f)]
    [InlineData("qwen2-tied-fp32", 1e-4f)]
    [InlineData("llama3-fp32", 1e-4f)]
    public void LogitsAndGreedyTokensMatchTheReference(string name, float tolerance)
    {
        using GoldenModel model = new(name);
        foreach ((string sequence, int[] tokens, JsonElement expected) in GoldenModel.Sequences(name))
        {
            float[] logits = model.Prefill(tokens, chunk: 64);
            float[] last = GoldenModel.Floats(expected.GetProperty("last_logits"));
            ReadOnlySpan<float> ours = model.Row(logits, tokens.Length - 1);
            float worst = 0;
            for (int i = 0; i < last.Length; i++)
            {
                worst = Math.Max(worst, Math.Abs(ours[i] - last[i]));
            }

            Assert.True(worst <= tolerance, $"{name}/{sequence}: a logit differs by {worst}, allowed {tolerance}");
            CompareTopFive(model, logits, expected, tolerance);
            (int[] greedy, _) = model.Generate(ours, tokens.Length, 32);
            Assert.Equal(GoldenModel.Ints(expected.GetProperty("greedy_ids")), greedy);
        }
    }

    private static void CompareTopFive(GoldenModel model, float[] logits, JsonElement expected, float tolerance)
    {
        int row = 0;
        foreach ((JsonElement ids, JsonElement values) in expected.GetProperty("top5_ids").EnumerateArray().Zip(expected.GetProperty("top5_logits").EnumerateArray()))
        {
            ReadOnlySpan<float> ours = model.Row(logits, row++);
            foreach ((int id, float value) in GoldenModel.Ints(ids).Zip(GoldenModel.Floats(values)))
            {
                Assert.True(Math.Abs(ours[id] - value) <= tolerance, $"position {row - 1}, token {id}: {ours[id]}, expected {value}");
            }
        }
    }
}
