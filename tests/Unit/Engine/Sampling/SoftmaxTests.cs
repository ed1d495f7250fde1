using OrleansInference.Engine.Sampling;
using OrleansInference.Models;

namespace OrleansInference.Unit.Engine.Sampling;

public sealed class SoftmaxTests
{
    [Fact]
    public void Weights_equal_the_exponential_to_the_last_bit_of_the_fixed_point()
    {
        float[] scores = [.. Enumerable.Range(0, 4001).Select(i => -i / 100f)];
        foreach (double inverseTemperature in new[] { 1.0, 0.37, 5.5 })
        {
            ulong[] weights = new ulong[scores.Length];
            ulong sum = FixedPointSoftmax.Weigh(scores, 0, inverseTemperature, weights);
            Assert.Equal(weights.Aggregate(0UL, (a, b) => a + b), sum);
            for (int i = 0; i < scores.Length; i++)
            {
                double expected = Math.Exp(scores[i] * inverseTemperature) * FixedPointSoftmax.One;
                Assert.InRange(weights[i], Math.Max(0, expected - 0.51), expected + 0.51);
            }
        }
    }

    [Fact]
    public void Weights_do_not_depend_on_where_a_token_lies()
    {
        float[] scores = [.. Enumerable.Range(0, 37).Select(i => MathF.Sin(i) * 20)];
        ulong[] whole = new ulong[37];
        FixedPointSoftmax.Weigh(scores, 20, 1.7, whole);
        for (int i = 0; i < scores.Length; i++)
        {
            ulong[] alone = new ulong[1];
            Assert.Equal(whole[i], FixedPointSoftmax.Weigh(scores.AsSpan(i, 1), 20, 1.7, alone));
        }
    }

    [Theory]
    [InlineData(float.NegativeInfinity, 1.0)]
    [InlineData(-3e38f, 1e30)]
    [InlineData(-1e-3f, 1e300)]
    public void Extreme_scores_weigh_nothing(float score, double inverseTemperature)
    {
        ulong[] weights = new ulong[5];
        Assert.Equal(FixedPointSoftmax.One, FixedPointSoftmax.Weigh([0, score, score, score, score], 0, inverseTemperature, weights));
    }

    [Fact]
    public void Logarithm_is_right_over_the_range_of_sums()
    {
        for (double x = 1; x < 1e6; x *= 1.0173)
        {
            Assert.Equal(Math.Log(x), NaturalLogarithm.Of(x), tolerance: 1e-14);
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Scores_that_are_no_numbers_are_refused_wherever_they_lie(float bad)
    {
        for (int i = 0; i < 37; i++)
        {
            float[] scores = new float[37];
            scores[i] = bad;
            InferenceException error = Assert.Throws<InferenceException>(() => Scores.Max(scores, 5));
            Assert.Equal(ErrorCode.Internal, error.Code);
            Assert.Contains("position 5", error.Message, StringComparison.Ordinal);
        }

        Assert.Throws<InferenceException>(() => Scores.Max([float.NegativeInfinity, float.NegativeInfinity], 0));
    }
}
