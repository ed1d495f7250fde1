using OrleansInference.Compute.Kernels;
using Xunit.Abstractions;

namespace OrleansInference.Unit.Compute.Kernels;

[Trait("Category", "InstructionSets")]
public sealed class TrigonometryTests(ITestOutputHelper output)
{
    [Fact]
    public void Sine_and_cosine_are_correctly_rounded_but_for_near_ties()
    {
        Random random = new(5);
        double worst = 0;
        float worstAt = 0;
        for (int i = 0; i < 500_000; i++)
        {
            Measure((float)(random.NextDouble() * Math.Pow(2, random.Next(-30, 27))), ref worst, ref worstAt);
        }

        output.WriteLine($"{worst:F6} units in the last place at {worstAt:R}");
        Assert.InRange(worst, 0, 0.5001);
    }

    [Fact]
    public void Multiples_of_a_quarter_turn_lose_nothing()
    {
        // The float32 nearest to a multiple of π/2 leaves a remainder that only the later parts of π/2 resolve.
        double worst = 0;
        float worstAt = 0;
        for (long quadrant = 1; quadrant < 1L << 25; quadrant += 1 + (quadrant / 4000))
        {
            float nearest = (float)(quadrant * Math.PI / 2);
            Measure(nearest, ref worst, ref worstAt);
            Measure(float.BitIncrement(nearest), ref worst, ref worstAt);
            Measure(float.BitDecrement(nearest), ref worst, ref worstAt);
        }

        output.WriteLine($"{worst:F6} units in the last place at {worstAt:R}");
        Assert.InRange(worst, 0, 0.5001);
    }

    [Fact]
    public void Whole_positions_up_to_a_million_are_right()
    {
        double worst = 0;
        float worstAt = 0;
        for (int position = 0; position <= 1 << 20; position += 7)
        {
            Measure(position, ref worst, ref worstAt);
        }

        Assert.InRange(worst, 0, 0.5001);
    }

    private static void Measure(float angle, ref double worst, ref float worstAt)
    {
        (float sin, float cos) = Trigonometry.SinCos(angle);
        double error = Math.Max(Numbers.UnitsInTheLastPlace(sin, Math.Sin(angle)), Numbers.UnitsInTheLastPlace(cos, Math.Cos(angle)));
        (worst, worstAt) = error > worst ? (error, angle) : (worst, worstAt);
    }
}
