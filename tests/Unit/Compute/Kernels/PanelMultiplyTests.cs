using OrleansInference.Compute.Kernels;
using OrleansInference.Compute.Memory;
using Xunit.Abstractions;

namespace OrleansInference.Unit.Compute.Kernels;

/// <summary>The vector micro-kernels beside the scalar one. They run on every machine, whichever of them dispatch would choose there.</summary>
[Trait("Category", "InstructionSets")]
public sealed unsafe class PanelMultiplyTests(ITestOutputHelper output)
{
    private const int MaxDepth = 67;
    private const int MaxRows = 27;
    private const int Slack = 64;

    private interface IKernel
    {
        static abstract int Rows<TFormat>(float* x, int stride, int rows, byte* panel, int depth, float* y, nint ldy, bool resume)
            where TFormat : struct, IPanelFormat;
    }

    [Fact]
    public void AVX512_equals_the_scalar_kernel_for_bfloat16() => EveryShape<Wide, BFloat16Panel>();

    [Fact]
    public void AVX512_equals_the_scalar_kernel_for_float32() => EveryShape<Wide, Float32Panel>();

    [Fact]
    public void AVX2_equals_the_scalar_kernel_for_bfloat16() => EveryShape<Narrow, BFloat16Panel>();

    [Fact]
    public void AVX2_equals_the_scalar_kernel_for_float32() => EveryShape<Narrow, Float32Panel>();

    [Fact]
    public void Dispatch_equals_the_scalar_kernel()
    {
        output.WriteLine(InstructionSets.Name);
        EveryShape<Dispatched, BFloat16Panel>();
        EveryShape<Dispatched, Float32Panel>();
    }

    [Fact]
    public void A_chain_resumes_at_any_k()
    {
        EveryCut<Wide, BFloat16Panel>();
        EveryCut<Wide, Float32Panel>();
        EveryCut<Narrow, BFloat16Panel>();
        EveryCut<Narrow, Float32Panel>();
        EveryCut<Scalar, BFloat16Panel>();
    }

    [Fact]
    public void A_panel_format_gives_the_same_weights_on_every_width()
    {
        SameWeights<BFloat16Panel>();
        SameWeights<Float32Panel>();
    }

    [Fact]
    public void Streamed_panels_equal_the_scalar_kernel()
    {
        EveryStream<BFloat16Panel>();
        EveryStream<Float32Panel>();
    }

    private static void EveryStream<TFormat>()
        where TFormat : struct, IPanelFormat
    {
        Random random = new(12);
        foreach (int depth in (int[])[1, 2, 3, 16, MaxDepth])
        {
            using NativeBuffer<float> x = new(depth);
            using NativeBuffer<byte> panels = new(9L * depth * TFormat.BytesPerK);
            using NativeBuffer<float> y = new((9 * 32) + Slack);
            float[] expected = new float[9 * 32];
            Numbers.Fill(random, x.Span);
            FillPanel<TFormat>(random, panels, 9 * depth);
            nint panelBytes = depth * TFormat.BytesPerK;
            fixed (float* reference = expected)
            {
                for (int panel = 0; panel < 9; panel++)
                {
                    PanelMultiplyScalar.Rows<TFormat>(x.Pointer, 1, 1, panels.Pointer + (panel * panelBytes), depth, reference + (panel * 32), 0, resume: false);
                }
            }

            // In two parts, as a product is computed while what comes after it is asked for, wherever that lies.
            for (int body = 0; body <= depth; body = (2 * body) + 1)
            {
                y.Span.Fill(Numbers.Untouched);
                for (int panel = 0; panel < 9; panel++)
                {
                    byte* weights = panels.Pointer + (panel * panelBytes);
                    byte* rest = weights + (body * TFormat.BytesPerK);
                    float* target = y.Pointer + (panel * 32);
                    PanelMultiply.Stream<TFormat>(x.Pointer, weights, body, target, weights, resume: false);
                    PanelMultiply.Stream<TFormat>(x.Pointer + body, rest, depth - body, target, null, resume: true);
                }

                Numbers.AssertSameBits(expected, y.Span[..expected.Length], $"{body} of {depth} k, then the rest");
                Numbers.AssertUntouched(y.Pointer + expected.Length, Slack, "behind y");
            }
        }
    }

    private static void EveryShape<TKernel, TFormat>()
        where TKernel : IKernel
        where TFormat : struct, IPanelFormat
    {
        Random random = new(11);
        foreach (int depth in (int[])[0, 1, 2, 3, 8, 31, MaxDepth])
        {
            for (int rows = 1; rows <= MaxRows; rows++)
            {
                foreach (int stride in (int[])[rows, rows + 5])
                {
                    Operands<TFormat> operands = new(random, rows, stride, depth, ldy: 32 + (rows % 3 * 7));
                    using (operands)
                    {
                        operands.Multiply<Scalar>(depth);
                        float[] expected = operands.Result();
                        operands.Multiply<TKernel>(depth);
                        Numbers.AssertSameBits(expected, operands.Result(), $"{rows} rows, depth {depth}, stride {stride}");
                    }
                }
            }
        }
    }

    private static void EveryCut<TKernel, TFormat>()
        where TKernel : IKernel
        where TFormat : struct, IPanelFormat
    {
        const int Depth = 9;
        foreach (int rows in (int[])[1, 2, 3, 5, 7, 12, 13])
        {
            using Operands<TFormat> operands = new(new Random(rows), rows, rows, Depth, ldy: 40);
            operands.Multiply<Scalar>(Depth);
            float[] expected = operands.Result();
            for (int cut = 0; cut <= Depth; cut++)
            {
                operands.Multiply<TKernel>(cut, Depth);
                Numbers.AssertSameBits(expected, operands.Result(), $"{rows} rows, cut at {cut}");
            }
        }
    }

    private static void SameWeights<TFormat>()
        where TFormat : struct, IPanelFormat
    {
        using NativeBuffer<byte> panel = new(TFormat.BytesPerK);
        FillPanel<TFormat>(new Random(3), panel, 1);
        for (int column = 0; column < 32; column++)
        {
            int lane = column % 16;
            float expected = TFormat.Column(panel.Pointer, column);
            float wide = column < 16 ? TFormat.Low512(panel.Pointer)[lane] : TFormat.High512(panel.Pointer)[lane];
            float narrow = column < 16 ? TFormat.Low256(panel.Pointer, lane / 8 * 8)[lane % 8] : TFormat.High256(panel.Pointer, lane / 8 * 8)[lane % 8];
            Numbers.AssertSameBits([expected, expected], [wide, narrow], $"column {column}");
        }
    }

    private static void FillPanel<TFormat>(Random random, NativeBuffer<byte> panel, int depth)
        where TFormat : struct, IPanelFormat
    {
        for (int i = 0; i < 32 * depth; i++)
        {
            if (TFormat.BytesPerK == BFloat16Panel.BytesPerK)
            {
                ((ushort*)panel.Pointer)[i] = Numbers.BFloat16(random);
            }
            else
            {
                ((float*)panel.Pointer)[i] = Numbers.Float(random);
            }
        }
    }

    /// <summary>x, a panel, and y between two runs of floats that must stay as they are.</summary>
    private sealed class Operands<TFormat> : IDisposable
        where TFormat : struct, IPanelFormat
    {
        private readonly NativeBuffer<float> _x;
        private readonly NativeBuffer<byte> _panel;
        private readonly NativeBuffer<float> _y;
        private readonly int _rows;
        private readonly int _stride;
        private readonly int _ldy;

        public Operands(Random random, int rows, int stride, int depth, int ldy)
        {
            (_rows, _stride, _ldy) = (rows, stride, ldy);
            _x = new NativeBuffer<float>((long)depth * stride);
            _panel = new NativeBuffer<byte>((long)depth * TFormat.BytesPerK);
            _y = new NativeBuffer<float>(((long)rows * ldy) + (2 * Slack));
            Numbers.Fill(random, _x.Span);
            FillPanel<TFormat>(random, _panel, depth);
        }

        /// <summary>Multiplies depths 0 … cuts[0] − 1, then on to cuts[1], and so on.</summary>
        public void Multiply<TKernel>(params ReadOnlySpan<int> cuts)
            where TKernel : IKernel
        {
            _y.Span.Fill(Numbers.Untouched);
            int first = 0;
            bool resume = false;
            foreach (int end in cuts)
            {
                for (int row = 0; row < _rows;)
                {
                    float* y = _y.Pointer + Slack + ((nint)row * _ldy);
                    float* x = _x.Pointer + ((nint)first * _stride) + row;
                    int taken = TKernel.Rows<TFormat>(x, _stride, _rows - row, _panel.Pointer + ((nint)first * TFormat.BytesPerK), end - first, y, _ldy, resume);
                    Assert.InRange(taken, 1, _rows - row);
                    row += taken;
                }

                (first, resume) = (end, true);
            }
        }

        /// <summary>[rows, 32], after a look at what lies around them.</summary>
        public float[] Result()
        {
            Numbers.AssertUntouched(_y.Pointer, Slack, "before y");
            float[] result = new float[_rows * 32];
            for (int row = 0; row < _rows; row++)
            {
                float* y = _y.Pointer + Slack + ((nint)row * _ldy);
                new ReadOnlySpan<float>(y, 32).CopyTo(result.AsSpan(row * 32));
                Numbers.AssertUntouched(y + 32, _ldy - 32, $"behind row {row}");
            }

            Numbers.AssertUntouched(_y.Pointer + Slack + ((nint)_rows * _ldy), Slack, "behind y");
            return result;
        }

        public void Dispose()
        {
            _x.Dispose();
            _panel.Dispose();
            _y.Dispose();
        }
    }

    private readonly struct Wide : IKernel
    {
        public static int Rows<TFormat>(float* x, int stride, int rows, byte* panel, int depth, float* y, nint ldy, bool resume)
            where TFormat : struct, IPanelFormat => PanelMultiply512.Rows<TFormat>(x, stride, rows, panel, depth, y, ldy, resume);
    }

    private readonly struct Narrow : IKernel
    {
        public static int Rows<TFormat>(float* x, int stride, int rows, byte* panel, int depth, float* y, nint ldy, bool resume)
            where TFormat : struct, IPanelFormat => PanelMultiply256.Rows<TFormat>(x, stride, rows, panel, depth, y, ldy, resume);
    }

    private readonly struct Scalar : IKernel
    {
        public static int Rows<TFormat>(float* x, int stride, int rows, byte* panel, int depth, float* y, nint ldy, bool resume)
            where TFormat : struct, IPanelFormat => PanelMultiplyScalar.Rows<TFormat>(x, stride, rows, panel, depth, y, ldy, resume);
    }

    private readonly struct Dispatched : IKernel
    {
        public static int Rows<TFormat>(float* x, int stride, int rows, byte* panel, int depth, float* y, nint ldy, bool resume)
            where TFormat : struct, IPanelFormat => PanelMultiply.Rows<TFormat>(x, stride, rows, panel, depth, y, ldy, resume);
    }
}
