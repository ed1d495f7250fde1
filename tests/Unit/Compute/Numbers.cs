using System.Globalization;

namespace OrleansInference.Unit.Compute;

/// <summary>Random operands and comparisons of float32 by their bits.</summary>
internal static unsafe class Numbers
{
    /// <summary>A value that no computation here produces: memory that holds it was not written.</summary>
    public static readonly float Untouched = BitConverter.Int32BitsToSingle(0x7FABCDEF);

    /// <summary>Values of both signs over many binades, with zeros of both signs among them.</summary>
    public static float Float(Random random) => random.Next(16) switch
    {
        0 => 0f,
        1 => -0f,
        2 => (float)((random.NextDouble() - 0.5) * 1e-30),
        _ => (float)((random.NextDouble() - 0.5) * Math.Pow(2, random.Next(-12, 4))),
    };

    public static float[] Floats(Random random, int count)
    {
        float[] values = new float[count];
        Fill(random, values);
        return values;
    }

    public static void Fill(Random random, Span<float> values)
    {
        foreach (ref float value in values)
        {
            value = Float(random);
        }
    }

    /// <summary>The upper half of a float32, so that widening it gives a value like those of <see cref="Float"/>.</summary>
    public static ushort BFloat16(Random random) => (ushort)(BitConverter.SingleToUInt32Bits(Float(random)) >> 16);

    public static float Widen(ushort brain) => BitConverter.UInt32BitsToSingle((uint)brain << 16);

    public static void AssertSameBits(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            if (BitConverter.SingleToInt32Bits(expected[i]) != BitConverter.SingleToInt32Bits(actual[i]))
            {
                Assert.Fail(string.Create(CultureInfo.InvariantCulture, $"{what}: element {i} is {actual[i]:R}, expected {expected[i]:R}"));
            }
        }
    }

    public static void AssertUntouched(float* values, nint count, string what)
    {
        for (nint i = 0; i < count; i++)
        {
            Assert.True(BitConverter.SingleToInt32Bits(values[i]) == BitConverter.SingleToInt32Bits(Untouched), $"{what}: float {i} was overwritten with {values[i]}");
        }
    }

    /// <summary>The distance of a float32 from a real value, in units in the last place of the float32 nearest to that value.</summary>
    public static double UnitsInTheLastPlace(float actual, double expected)
    {
        double magnitude = Math.Max(Math.Abs(expected), 1.1754943508222875e-38);
        double unit = Math.Pow(2, Math.Floor(Math.Log2(magnitude)) - 23);
        return Math.Abs(actual - expected) / unit;
    }
}
