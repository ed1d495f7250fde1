using OrleansInference.Models.Checkpoints;

namespace OrleansInference.Unit.Models.Checkpoints;

public sealed class Float32WideningTests
{
    private static readonly ushort[] Every = [.. Enumerable.Range(0, 1 << 16).Select(value => (ushort)value)];

    [Fact]
    public void Every_bfloat16_widens_to_its_upper_half()
    {
        float[] widened = new float[Every.Length];
        Float32Widening.FromBFloat16(Every, widened);

        Assert.All(Every, value => Assert.Equal((uint)value << 16, BitConverter.SingleToUInt32Bits(widened[value])));
    }

    [Fact]
    public void Every_half_widens_exactly()
    {
        float[] widened = new float[Every.Length];
        Float32Widening.FromFloat16(Every, widened);

        foreach (ushort value in Every)
        {
            float expected = (float)BitConverter.UInt16BitsToHalf(value);
            if (float.IsNaN(expected))
                Assert.True(float.IsNaN(widened[value]), $"0x{value:X4}");
            else
                Assert.Equal(BitConverter.SingleToUInt32Bits(expected), BitConverter.SingleToUInt32Bits(widened[value]));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(33)]
    [InlineData(71)]
    public void The_tail_equals_the_lanes_and_nothing_beyond_is_touched(int length)
    {
        ReadOnlySpan<ushort> source = Every.AsSpan(0x0001, length);
        float[] brain = [.. Enumerable.Repeat(7f, length + 1)];
        float[] half = [.. brain];
        Float32Widening.FromBFloat16(source, brain);
        Float32Widening.FromFloat16(source, half);

        for (int i = 0; i < length; i++)
        {
            Assert.Equal((uint)source[i] << 16, BitConverter.SingleToUInt32Bits(brain[i]));
            Assert.Equal((float)BitConverter.UInt16BitsToHalf(source[i]), half[i]);
        }

        Assert.Equal((7f, 7f), (brain[length], half[length]));
    }

    [Fact]
    public void A_destination_that_is_too_short_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Float32Widening.FromBFloat16(Every, new float[3]));
}
