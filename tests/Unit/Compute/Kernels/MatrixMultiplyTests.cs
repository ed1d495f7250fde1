using OrleansInference.Compute.Layers;
using OrleansInference.Compute.Memory;
using OrleansInference.Compute.Threading;
using OrleansInference.Compute.Weights;

namespace OrleansInference.Unit.Compute.Kernels;

/// <summary>The blocked, threaded product beside one chain of fused multiply-adds for each output.</summary>
public sealed unsafe class MatrixMultiplyTests
{
    private const int MaxRows = 100;
    private const int Slack = 256;

    public static TheoryData<int, int> Shapes()
    {
        TheoryData<int, int> shapes = [];
        foreach (int outputs in (int[])[1, 31, 32, 33, 64, 100])
        {
            foreach (int inputs in (int[])[1, 511, 512, 513, 1030])
            {
                shapes.Add(outputs, inputs);
            }
        }

        return shapes;
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Every_output_is_one_chain_whatever_the_rows_and_the_workers(int outputs, int inputs)
    {
        Compare(outputs, inputs, WeightFormat.BFloat16);
        Compare(outputs, inputs, WeightFormat.Float32);
    }

    [Fact]
    public void Many_panels_are_cut_into_tiles_of_several()
    {
        Compare(2500, 5, WeightFormat.BFloat16);
        Compare(2500, 5, WeightFormat.Float32);
    }

    private static void Compare(int outputs, int inputs, WeightFormat format)
    {
        Random random = new((outputs * 10_000) + inputs);
        float[] weights = new float[outputs * inputs];
        using NativeBuffer<byte> data = Pack(random, outputs, inputs, format, weights);
        PackedMatrix matrix = new((nint)data.Pointer, format, outputs, inputs);
        int ldx = inputs + 3;
        using NativeBuffer<float> x = new((long)MaxRows * ldx);
        x.Span.Fill(float.NaN);
        for (int row = 0; row < MaxRows; row++)
        {
            Numbers.Fill(random, new Span<float>(x.Pointer + ((nint)row * ldx), inputs));
        }

        float[] expected = Reference(x.Pointer, ldx, weights, outputs, inputs);
        int ldy = outputs + 5;
        using NativeBuffer<float> y = new(((long)MaxRows * ldy) + Slack);
        foreach (int workers in (int[])[1, 2, 3, 4])
        {
            using WorkerTeam team = new(workers, "test");
            using MatrixMultiply multiply = new(team, MaxRows, inputs);
            foreach (int rows in Enumerable.Range(1, 30).Append(MaxRows).Where(rows => workers == 1 || rows % workers == 1 || rows == MaxRows))
            {
                y.Span.Fill(Numbers.Untouched);
                multiply.Multiply(x.Pointer, ldx, rows, matrix, y.Pointer, ldy);
                string what = $"[{rows}, {inputs}] x [{inputs}, {outputs}] {format}, {workers} workers";
                for (int row = 0; row < rows; row++)
                {
                    float* actual = y.Pointer + ((nint)row * ldy);
                    Numbers.AssertSameBits(expected.AsSpan(row * outputs, outputs), new ReadOnlySpan<float>(actual, outputs), $"{what}, row {row}");
                    Numbers.AssertUntouched(actual + outputs, ldy - outputs, $"{what}, behind row {row}");
                }

                Numbers.AssertUntouched(y.Pointer + ((nint)rows * ldy), Slack, $"{what}, behind y");
            }
        }
    }

    /// <summary>Random weights in panels, and the same as [outputs, inputs].</summary>
    private static NativeBuffer<byte> Pack(Random random, int outputs, int inputs, WeightFormat format, float[] weights)
    {
        PackedMatrix shape = new(0, format, outputs, inputs);
        NativeBuffer<byte> data = new(shape.Bytes);
        for (int output = 0; output < outputs; output++)
        {
            for (int k = 0; k < inputs; k++)
            {
                byte* at = data.Pointer + (output / 32 * shape.PanelBytes) + ((nint)k * shape.BytesPerK);
                int column = output % 32;
                ushort brain = Numbers.BFloat16(random);
                float value = format == WeightFormat.BFloat16 ? Numbers.Widen(brain) : Numbers.Float(random);
                weights[(output * inputs) + k] = value;
                if (format == WeightFormat.BFloat16)
                {
                    ((ushort*)at)[(column % 16 * 2) + (column / 16)] = brain;
                }
                else
                {
                    ((float*)at)[column] = value;
                }
            }
        }

        return data;
    }

    private static float[] Reference(float* x, int ldx, float[] weights, int outputs, int inputs)
    {
        float[] y = new float[MaxRows * outputs];
        for (int row = 0; row < MaxRows; row++)
        {
            for (int output = 0; output < outputs; output++)
            {
                float sum = 0;
                for (int k = 0; k < inputs; k++)
                {
                    sum = MathF.FusedMultiplyAdd(x[(row * ldx) + k], weights[(output * inputs) + k], sum);
                }

                y[(row * outputs) + output] = sum;
            }
        }

        return y;
    }
}
