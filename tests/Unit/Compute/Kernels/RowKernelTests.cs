using OrleansInference.Compute.Kernels;
using OrleansInference.Compute.Memory;

namespace OrleansInference.Unit.Compute.Kernels;

/// <summary>Norm, rotary embedding and element-wise operations beside their formulas.</summary>
[Trait("Category", "InstructionSets")]
public sealed unsafe class RowKernelTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(64)]
    [InlineData(100)]
    [InlineData(1536)]
    public void Norm_sums_in_sixteen_strided_lanes(int size)
    {
        Random random = new(size);
        using NativeBuffer<float> x = Padded(random, size);
        using NativeBuffer<float> weight = Padded(random, size);
        using NativeBuffer<float> y = Padded(random, size);
        float[] lanes = new float[16];
        for (int i = 0; i < size; i++)
        {
            lanes[i % 16] = MathF.FusedMultiplyAdd(x.Pointer[i], x.Pointer[i], lanes[i % 16]);
        }

        float scale = 1f / MathF.Sqrt((LanesTests.Tree(lanes, static (a, b) => a + b) / size) + 1e-6f);
        float[] expected = [.. Enumerable.Range(0, size).Select(i => x.Pointer[i] * scale * weight.Pointer[i])];
        RootMeanSquareNorm.Apply(x.Pointer, weight.Pointer, size, 1e-6f, y.Pointer);
        Numbers.AssertSameBits(expected, new ReadOnlySpan<float>(y.Pointer, size), "norm");
        RootMeanSquareNorm.Apply(x.Pointer, weight.Pointer, size, 1e-6f, x.Pointer);
        Numbers.AssertSameBits(expected, new ReadOnlySpan<float>(x.Pointer, size), "norm in place");
        Numbers.AssertUntouched(y.Pointer + y.Length - 16, 16, "behind y");
    }

    [Fact]
    public void Norm_of_zeros_is_zero()
    {
        using NativeBuffer<float> x = new(32);
        using NativeBuffer<float> weight = new(32);
        weight.Span.Fill(1);
        RootMeanSquareNorm.Apply(x.Pointer, weight.Pointer, 20, 1e-6f, x.Pointer);
        Assert.All(x.Span.ToArray(), static value => Assert.Equal(0, value));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(12)]
    [InlineData(64)]
    public void Rotary_turns_pairs_half_a_head_apart(int half)
    {
        Random random = new(half);
        float[] frequencies = [.. Enumerable.Range(0, half).Select(i => (float)Math.Pow(10_000, -(double)i / half))];
        using NativeBuffer<float> table = new(2 * half);
        using NativeBuffer<float> head = new((2 * half) + 16);
        foreach (int position in (int[])[0, 1, 15, 16, 4095, 131_071])
        {
            head.Span.Fill(Numbers.Untouched);
            Numbers.Fill(random, head.Span[..(2 * half)]);
            float[] before = head.Span.ToArray();
            Rotary.FillTable(position, frequencies, table.Pointer);
            Rotary.Apply(head.Pointer, half, table.Pointer);
            for (int i = 0; i < half; i++)
            {
                double angle = position * frequencies[i];
                (double a, double b) = (before[i], before[i + half]);
                double tolerance = 4e-7 * (Math.Abs(a) + Math.Abs(b));
                Assert.Equal((a * Math.Cos(angle)) - (b * Math.Sin(angle)), head.Pointer[i], tolerance);
                Assert.Equal((b * Math.Cos(angle)) + (a * Math.Sin(angle)), head.Pointer[i + half], tolerance);
                float cos = table.Pointer[i];
                float sin = table.Pointer[i + half];
                Numbers.AssertSameBits([MathF.FusedMultiplyAdd(before[i], cos, -(before[i + half] * sin))], [head.Pointer[i]], "first of the pair");
                Numbers.AssertSameBits([MathF.FusedMultiplyAdd(before[i + half], cos, before[i] * sin)], [head.Pointer[i + half]], "second of the pair");
            }

            Numbers.AssertUntouched(head.Pointer + (2 * half), 16, "behind the head");
        }
    }

    [Fact]
    public void Position_zero_turns_nothing()
    {
        using NativeBuffer<float> table = new(4);
        Rotary.FillTable(0, [1f, 0.01f], table.Pointer);
        Assert.Equal([1f, 1f, 0f, 0f], table.Span.ToArray());
    }

    [Theory]
    [InlineData(16)]
    [InlineData(20)]
    [InlineData(176)]
    public void Gate_and_add_are_element_by_element(int size)
    {
        Random random = new(size);
        using NativeBuffer<float> gate = Padded(random, size);
        using NativeBuffer<float> up = Padded(random, size);
        using NativeBuffer<float> y = Padded(random, size);
        float[] expected = [.. Enumerable.Range(0, size).Select(i => FloatMath.Silu(gate.Pointer[i]) * up.Pointer[i])];
        Elementwise.Gate(gate.Pointer, up.Pointer, size, y.Pointer);
        Numbers.AssertSameBits(expected, new ReadOnlySpan<float>(y.Pointer, size), "gate");
        Elementwise.Add(up.Pointer, size, y.Pointer);
        Numbers.AssertSameBits([.. expected.Select((value, i) => value + up.Pointer[i])], new ReadOnlySpan<float>(y.Pointer, size), "add");
        Numbers.AssertUntouched(y.Pointer + y.Length - 16, 16, "behind y");
    }

    /// <summary>Random values, zeros up to a multiple of 16, then sixteen floats that must stay.</summary>
    private static NativeBuffer<float> Padded(Random random, int size)
    {
        int padded = (size + 15) / 16 * 16;
        NativeBuffer<float> buffer = new(padded + 16);
        Numbers.Fill(random, buffer.Span[..size]);
        buffer.Span[padded..].Fill(Numbers.Untouched);
        return buffer;
    }
}
