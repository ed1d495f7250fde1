using System.Runtime.Intrinsics;
using OrleansInference.Compute.Kernels;
using Xunit.Abstractions;

namespace OrleansInference.Unit.Compute.Kernels;

[Trait("Category", "InstructionSets")]
public sealed class FloatMathTests(ITestOutputHelper output)
{
    [Fact]
    public void Exp_in_lanes_equals_its_scalar_twin_over_all_floats()
    {
        float[] lanes = new float[16];
        foreach (float[] sixteen in AllKinds().Chunk(16))
        {
            sixteen.CopyTo(lanes, 0);
            Vector512<float> exp = FloatMath.Exp(Vector512.Create(lanes));
            Vector512<float> silu = FloatMath.Silu(Vector512.Create(lanes));
            for (int i = 0; i < 16; i++)
            {
                AssertSame(FloatMath.Exp(lanes[i]), exp[i], "exp", lanes[i]);
                AssertSame(FloatMath.Silu(lanes[i]), silu[i], "silu", lanes[i]);
            }
        }
    }

    [Theory]
    [InlineData(0f, 1f)]
    [InlineData(float.NegativeInfinity, 0f)]
    [InlineData(float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData(float.MinValue, 0f)]
    [InlineData(float.MaxValue, float.PositiveInfinity)]
    [InlineData(-104f, 0f)]
    [InlineData(89f, float.PositiveInfinity)]
    [InlineData(float.Epsilon, 1f)]
    [InlineData(-1e-30f, 1f)]
    [InlineData(float.NaN, float.NaN)]
    public void Exp_of_special_values(float x, float expected) => Assert.Equal(expected, FloatMath.Exp(x));

    [Fact]
    public void Exp_is_within_one_unit_in_the_last_place()
    {
        double worst = 0;
        float worstAt = 0;
        for (double x = -103.9; x < 88.7228; x += 0.000211)
        {
            double error = Numbers.UnitsInTheLastPlace(FloatMath.Exp((float)x), Math.Exp((float)x));
            (worst, worstAt) = error > worst ? (error, (float)x) : (worst, worstAt);
        }

        output.WriteLine($"exp: {worst:F4} units in the last place at {worstAt:R}");
        Assert.InRange(worst, 0, 1);
    }

    [Fact]
    public void Exp_reaches_the_subnormals_and_the_largest_float()
    {
        Assert.Equal(float.Epsilon, FloatMath.Exp(-103.3f));
        Assert.True(float.IsSubnormal(FloatMath.Exp(-90f)));
        float largest = FloatMath.Exp(88.72283f);
        Assert.InRange(largest, 3.402e38f, float.MaxValue);
    }

    [Fact]
    public void Silu_is_within_three_units_in_the_last_place_where_the_sigmoid_is_not_lost()
    {
        double worst = 0;
        float worstAt = 0;
        for (double step = -88.7; step < 100; step += 0.000211)
        {
            float x = (float)step;
            double error = Numbers.UnitsInTheLastPlace(FloatMath.Silu(x), x / (1 + Math.Exp(-(double)x)));
            (worst, worstAt) = error > worst ? (error, x) : (worst, worstAt);
        }

        output.WriteLine($"silu: {worst:F4} units in the last place at {worstAt:R}");
        Assert.InRange(worst, 0, 3);
        Assert.Equal(-0f, FloatMath.Silu(-1000f));
        Assert.Equal(1000f, FloatMath.Silu(1000f));
        Assert.Equal(float.PositiveInfinity, FloatMath.Silu(float.PositiveInfinity));
    }

    /// <summary>Every 4,001st float of all 2^32, and all near the points where the computation changes its course.</summary>
    private static IEnumerable<float> AllKinds()
    {
        for (long bits = 0; bits <= uint.MaxValue; bits += 4001)
        {
            yield return BitConverter.UInt32BitsToSingle((uint)bits);
        }

        foreach (float edge in (float[])[-103.97f, -103.27893f, -88.72284f, -87.33654f, -0.34657359f, float.Epsilon, 0.34657359f, 1f, 88.02969f, 88.72284f])
        {
            int bits = BitConverter.SingleToInt32Bits(edge);
            for (int i = edge == float.Epsilon ? 0 : -300; i <= 300; i++)
            {
                yield return BitConverter.Int32BitsToSingle(bits + i);
            }
        }
    }

    private static void AssertSame(float expected, float actual, string function, float x)
    {
        bool same = BitConverter.SingleToInt32Bits(expected) == BitConverter.SingleToInt32Bits(actual) || (float.IsNaN(expected) && float.IsNaN(actual));
        Assert.True(same, $"{function}({x:R}): lanes give {actual:R}, the scalar twin {expected:R}");
    }
}
