using OrleansInference.Compute.Kernels;
using OrleansInference.Compute.Weights;
using OrleansInference.Models.Architectures;
using OrleansInference.Models.Checkpoints;

namespace OrleansInference.Unit.Compute.Weights;

public sealed unsafe class PanelPackerTests
{
    [Theory]
    [InlineData(TensorType.BFloat16, TensorType.BFloat16, 1, 1, 1)]
    [InlineData(TensorType.BFloat16, TensorType.BFloat16, 5, 40, 17)]
    [InlineData(TensorType.BFloat16, TensorType.BFloat16, 32, 64, 16)]
    [InlineData(TensorType.Float32, TensorType.Float32, 31, 2, 33)]
    [InlineData(TensorType.Float16, TensorType.Float16, 33, 1, 15)]
    [InlineData(TensorType.BFloat16, TensorType.Float32, 7, 30, 9)]
    [InlineData(TensorType.Float16, TensorType.BFloat16, 20, 20, 18)]
    public void Every_weight_is_found_at_its_panel_and_column(TensorType first, TensorType second, int firstOutputs, int secondOutputs, int inputs)
    {
        TensorSpec a = new("a", firstOutputs, inputs);
        TensorSpec b = new("b", secondOutputs, inputs);
        TensorSpec bias = new("b.bias", secondOutputs);
        TensorSpec norm = new("norm", 19);
        using WeightFixture fixture = new((a, first), (b, second), (bias, TensorType.Float16), (norm, TensorType.BFloat16));
        UnitLayout layout = fixture.Layout();
        layout.AddVector("norm", norm);
        layout.AddLinear("ab", new LinearSpec(a), new LinearSpec(b, bias));
        layout.AddLinear("plain", new LinearSpec(a));
        using PackedUnit unit = fixture.Store(layout, folder: null).Load(layout);

        PackedMatrix matrix = unit.Matrix("ab");
        bool brain = first == TensorType.BFloat16 && second == TensorType.BFloat16;
        Assert.Equal((firstOutputs + secondOutputs, inputs, brain ? WeightFormat.BFloat16 : WeightFormat.Float32), (matrix.Outputs, matrix.Inputs, matrix.Format));
        for (int output = 0; output < matrix.Panels * 32; output++)
        {
            for (int k = 0; k < inputs; k++)
            {
                float expected = output < firstOutputs ? fixture.Value("a", (output * inputs) + k)
                    : output < matrix.Outputs ? fixture.Value("b", ((output - firstOutputs) * inputs) + k) : 0f;
                Numbers.AssertSameBits([expected], [Weight(matrix, k, output)], $"output {output}, input {k}");
            }
        }

        Numbers.AssertSameBits(Padded(firstOutputs, secondOutputs, i => fixture.Value("b.bias", i)), Vector(unit, "ab.bias", firstOutputs + secondOutputs), "bias");
        Numbers.AssertSameBits(Padded(0, 19, i => fixture.Value("norm", i)), Vector(unit, "norm", 19), "norm");
        Assert.True(unit.Vector("plain.bias") == null);
        Assert.Throws<KeyNotFoundException>(() => unit.Matrix("none"));
    }

    [Fact]
    public void Entries_are_aligned_and_apart()
    {
        TensorSpec a = new("a", 3, 5);
        using WeightFixture fixture = new((a, TensorType.Float32), (new TensorSpec("v", 17), TensorType.Float32));
        UnitLayout layout = fixture.Layout();
        layout.AddVector("v", new TensorSpec("v", 17));
        layout.AddLinear("a", new LinearSpec(a));
        layout.AddVector("w", new TensorSpec("v", 17));
        long end = 0;
        foreach (UnitEntry entry in layout.Entries)
        {
            Assert.Equal(0, entry.Offset % 64);
            Assert.True(entry.Offset >= end);
            end = entry.Offset + entry.Bytes;
        }

        Assert.InRange(layout.Bytes, end, end + 63);
    }

    private static float Weight(PackedMatrix matrix, int k, int output)
    {
        byte* at = matrix.Panel(output / 32) + ((long)k * matrix.BytesPerK);
        return matrix.Format == WeightFormat.BFloat16 ? BFloat16Panel.Column(at, output % 32) : Float32Panel.Column(at, output % 32);
    }

    private static float[] Padded(int zerosBefore, int count, Func<int, float> value)
    {
        float[] padded = new float[(zerosBefore + count + 15) / 16 * 16];
        for (int i = 0; i < count; i++)
        {
            padded[zerosBefore + i] = value(i);
        }

        return padded;
    }

    private static ReadOnlySpan<float> Vector(PackedUnit unit, string name, int length) => new(unit.Vector(name), (length + 15) / 16 * 16);
}
