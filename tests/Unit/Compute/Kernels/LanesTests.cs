using System.Runtime.Intrinsics;
using OrleansInference.Compute.Kernels;

namespace OrleansInference.Unit.Compute.Kernels;

[Trait("Category", "InstructionSets")]
public sealed class LanesTests
{
    [Fact]
    public void Sum_and_max_follow_the_written_out_tree()
    {
        Random random = new(7);
        for (int i = 0; i < 2000; i++)
        {
            float[] v = Numbers.Floats(random, 16);
            Vector512<float> lanes = Vector512.Create(v);
            Numbers.AssertSameBits([Tree(v, static (a, b) => a + b)], [Lanes.Sum(lanes)], "sum");
            Assert.Equal(v.Max(), Lanes.Max(lanes));
        }
    }

    [Fact]
    public void The_order_of_the_sum_is_visible_in_its_bits()
    {
        // 2^24 + 1 is not a float32: the 1 survives where 2^24 is cancelled before it comes, and not where it comes first.
        float[] v = new float[16];
        (v[0], v[8], v[2]) = (16777216f, -16777216f, 1f);
        Assert.Equal(1f, Lanes.Sum(Vector512.Create(v)));
        (v[8], v[1]) = (0f, -16777216f);
        Assert.Equal(0f, Lanes.Sum(Vector512.Create(v)));
    }

    [Fact]
    public void Max_finds_the_largest_in_every_lane_and_takes_infinities()
    {
        for (int lane = 0; lane < 16; lane++)
        {
            Vector512<float> lanes = Vector512.Create(float.NegativeInfinity);
            Assert.Equal(float.NegativeInfinity, Lanes.Max(lanes));
            Assert.Equal(-3f, Lanes.Max(lanes.WithElement(lane, -3f)));
            Assert.Equal(float.PositiveInfinity, Lanes.Max(Vector512.Create(1f).WithElement(lane, float.PositiveInfinity)));
        }
    }

    /// <summary>((v0 ∘ v8) ∘ (v4 ∘ v12)) ∘ ((v2 ∘ v10) ∘ (v6 ∘ v14)), then the same of the odd lanes.</summary>
    internal static float Tree(float[] v, Func<float, float, float> of) => of(
        of(of(of(v[0], v[8]), of(v[4], v[12])), of(of(v[2], v[10]), of(v[6], v[14]))),
        of(of(of(v[1], v[9]), of(v[5], v[13])), of(of(v[3], v[11]), of(v[7], v[15]))));
}
