namespace OrleansInference.Compute.Kernels;

/// <summary>
/// 256-bit micro-kernels (AVX2; two 128-bit halves elsewhere): sixteen registers hold six rows by 8 + 8 columns, so a panel takes two passes.
/// Lanes run across columns and rows, never along k: each output is one chain of fused multiply-adds over k, so every width gives the scalar's bits.
/// </summary>
internal static unsafe class PanelMultiply256
{
    /// <inheritdoc cref="PanelMultiply.Rows"/>
    public static int Rows<TFormat>(float* x, int stride, int rows, byte* panel, int depth, float* y, nint ldy, bool resume)
        where TFormat : struct, IPanelFormat
    {
        int done = rows >= 6 ? 6 : rows >= 4 ? 4 : rows >= 2 ? 2 : 1;
        for (int first = 0; first < 16; first += 8)
        {
            switch (done)
            {
                case 6:
                    Multiply6<TFormat>(x, stride, panel, first, depth, y + first, ldy, resume);
                    break;
                case 4:
                    Multiply4<TFormat>(x, stride, panel, first, depth, y + first, ldy, resume);
                    break;
                case 2:
                    Multiply2<TFormat>(x, stride, panel, first, depth, y + first, ldy, resume);
                    break;
                default:
                    Multiply1<TFormat>(x, stride, panel, first, depth, y + first, ldy, resume);
                    break;
            }
        }

        return done;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply6<TFormat>(float* x, int stride, byte* panel, int first, int depth, float* y, nint ldy, bool resume)
        where TFormat : struct, IPanelFormat
    {
        RowSums sums0 = RowSums.Begin(y + (0 * ldy), resume);
        RowSums sums1 = RowSums.Begin(y + (1 * ldy), resume);
        RowSums sums2 = RowSums.Begin(y + (2 * ldy), resume);
        RowSums sums3 = RowSums.Begin(y + (3 * ldy), resume);
        RowSums sums4 = RowSums.Begin(y + (4 * ldy), resume);
        RowSums sums5 = RowSums.Begin(y + (5 * ldy), resume);
        for (; depth > 0; depth--)
        {
            Vector256<float> low = TFormat.Low256(panel, first);
            Vector256<float> high = TFormat.High256(panel, first);
            sums0.Add(x, low, high);
            sums1.Add(x + 1, low, high);
            sums2.Add(x + 2, low, high);
            sums3.Add(x + 3, low, high);
            sums4.Add(x + 4, low, high);
            sums5.Add(x + 5, low, high);
            x += stride;
            panel += TFormat.BytesPerK;
        }

        sums0.Store(y + (0 * ldy));
        sums1.Store(y + (1 * ldy));
        sums2.Store(y + (2 * ldy));
        sums3.Store(y + (3 * ldy));
        sums4.Store(y + (4 * ldy));
        sums5.Store(y + (5 * ldy));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply4<TFormat>(float* x, int stride, byte* panel, int first, int depth, float* y, nint ldy, bool resume)
        where TFormat : struct, IPanelFormat
    {
        RowSums sums0 = RowSums.Begin(y + (0 * ldy), resume);
        RowSums sums1 = RowSums.Begin(y + (1 * ldy), resume);
        RowSums sums2 = RowSums.Begin(y + (2 * ldy), resume);
        RowSums sums3 = RowSums.Begin(y + (3 * ldy), resume);
        for (; depth > 0; depth--)
        {
            PanelMultiply.Prefetch(panel);
            Vector256<float> low = TFormat.Low256(panel, first);
            Vector256<float> high = TFormat.High256(panel, first);
            sums0.Add(x, low, high);
            sums1.Add(x + 1, low, high);
            sums2.Add(x + 2, low, high);
            sums3.Add(x + 3, low, high);
            x += stride;
            panel += TFormat.BytesPerK;
        }

        sums0.Store(y + (0 * ldy));
        sums1.Store(y + (1 * ldy));
        sums2.Store(y + (2 * ldy));
        sums3.Store(y + (3 * ldy));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply2<TFormat>(float* x, int stride, byte* panel, int first, int depth, float* y, nint ldy, bool resume)
        where TFormat : struct, IPanelFormat
    {
        RowSums sums0 = RowSums.Begin(y + (0 * ldy), resume);
        RowSums sums1 = RowSums.Begin(y + (1 * ldy), resume);
        for (; depth > 0; depth--)
        {
            PanelMultiply.Prefetch(panel);
            Vector256<float> low = TFormat.Low256(panel, first);
            Vector256<float> high = TFormat.High256(panel, first);
            sums0.Add(x, low, high);
            sums1.Add(x + 1, low, high);
            x += stride;
            panel += TFormat.BytesPerK;
        }

        sums0.Store(y + (0 * ldy));
        sums1.Store(y + (1 * ldy));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply1<TFormat>(float* x, int stride, byte* panel, int first, int depth, float* y, nint ldy, bool resume)
        where TFormat : struct, IPanelFormat
    {
        RowSums sums0 = RowSums.Begin(y + (0 * ldy), resume);
        for (; depth > 0; depth--)
        {
            PanelMultiply.Prefetch(panel);
            Vector256<float> low = TFormat.Low256(panel, first);
            Vector256<float> high = TFormat.High256(panel, first);
            sums0.Add(x, low, high);
            x += stride;
            panel += TFormat.BytesPerK;
        }

        sums0.Store(y + (0 * ldy));
    }

    /// <summary>Partial sums of one row: eight columns of the low and of the high half of the panel.</summary>
    private struct RowSums
    {
        private Vector256<float> _low;
        private Vector256<float> _high;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static RowSums Begin(float* y, bool resume) => resume ? new RowSums { _low = Vector256.Load(y), _high = Vector256.Load(y + 16) } : default;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(float* x, Vector256<float> low, Vector256<float> high)
        {
            Vector256<float> value = Vector256.Create(*x);
            _low = Vector256.FusedMultiplyAdd(value, low, _low);
            _high = Vector256.FusedMultiplyAdd(value, high, _high);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Store(float* y)
        {
            _low.Store(y);
            _high.Store(y + 16);
        }
    }
}
