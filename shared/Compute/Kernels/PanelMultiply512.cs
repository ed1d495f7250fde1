namespace OrleansInference.Compute.Kernels;

/// <summary>
/// AVX-512 micro-kernels: a panel row is two vectors (16 columns each), widened once and used by all rows; twelve rows leave room for the broadcast in 32 registers.
/// Lanes run across columns and rows, never along k: each output is one chain of fused multiply-adds over k, so every width gives the scalar's bits.
/// </summary>
internal static unsafe class PanelMultiply512
{
    /// <summary>Most rows that one call takes.</summary>
    public const int MaxRows = 12;

    /// <inheritdoc cref="PanelMultiply.Rows"/>
    public static int Rows<TFormat>(float* x, int stride, int rows, byte* panel, int depth, float* y, nint ldy, bool resume)
        where TFormat : struct, IPanelFormat
    {
        switch (rows)
        {
            case >= 12:
                Multiply12<TFormat>(x, stride, panel, depth, y, ldy, resume);
                return 12;
            case >= 8:
                Multiply8<TFormat>(x, stride, panel, depth, y, ldy, resume);
                return 8;
            case >= 4:
                Multiply4<TFormat>(x, stride, panel, depth, y, ldy, resume);
                return 4;
            case >= 2:
                Multiply2<TFormat>(x, stride, panel, depth, y, ldy, resume);
                return 2;
            default:
                Multiply1<TFormat>(x, stride, panel, depth, y, ldy, resume);
                return 1;
        }
    }

    /// <summary>One row, which waits for memory alone: what is asked for ahead of its use is the caller's to say.</summary>
    /// <inheritdoc cref="PanelMultiply.Stream"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Stream<TFormat>(float* x, byte* panel, int depth, float* y, byte* ahead, bool resume)
        where TFormat : struct, IPanelFormat
    {
        RowSums sums = RowSums.Begin(y, resume);
        for (; depth > 0; depth--)
        {
            PanelMultiply.Ask(ahead);
            sums.Add(x, TFormat.Low512(panel), TFormat.High512(panel));
            x++;
            panel += TFormat.BytesPerK;
            ahead += TFormat.BytesPerK;
        }

        sums.Store(y);
    }

    /// <summary>12 rows by one panel: 24 accumulators.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply12<TFormat>(float* x, int stride, byte* panel, int depth, float* y, nint ldy, bool resume)
        where TFormat : struct, IPanelFormat
    {
        RowSums sums0 = RowSums.Begin(y + (0 * ldy), resume);
        RowSums sums1 = RowSums.Begin(y + (1 * ldy), resume);
        RowSums sums2 = RowSums.Begin(y + (2 * ldy), resume);
        RowSums sums3 = RowSums.Begin(y + (3 * ldy), resume);
        RowSums sums4 = RowSums.Begin(y + (4 * ldy), resume);
        RowSums sums5 = RowSums.Begin(y + (5 * ldy), resume);
        RowSums sums6 = RowSums.Begin(y + (6 * ldy), resume);
        RowSums sums7 = RowSums.Begin(y + (7 * ldy), resume);
        RowSums sums8 = RowSums.Begin(y + (8 * ldy), resume);
        RowSums sums9 = RowSums.Begin(y + (9 * ldy), resume);
        RowSums sums10 = RowSums.Begin(y + (10 * ldy), resume);
        RowSums sums11 = RowSums.Begin(y + (11 * ldy), resume);
        for (; depth > 0; depth--)
        {
            PanelMultiply.Prefetch(panel);
            Vector512<float> low = TFormat.Low512(panel);
            Vector512<float> high = TFormat.High512(panel);
            sums0.Add(x, low, high);
            sums1.Add(x + 1, low, high);
            sums2.Add(x + 2, low, high);
            sums3.Add(x + 3, low, high);
            sums4.Add(x + 4, low, high);
            sums5.Add(x + 5, low, high);
            sums6.Add(x + 6, low, high);
            sums7.Add(x + 7, low, high);
            sums8.Add(x + 8, low, high);
            sums9.Add(x + 9, low, high);
            sums10.Add(x + 10, low, high);
            sums11.Add(x + 11, low, high);
            x += stride;
            panel += TFormat.BytesPerK;
        }

        sums0.Store(y + (0 * ldy));
        sums1.Store(y + (1 * ldy));
        sums2.Store(y + (2 * ldy));
        sums3.Store(y + (3 * ldy));
        sums4.Store(y + (4 * ldy));
        sums5.Store(y + (5 * ldy));
        sums6.Store(y + (6 * ldy));
        sums7.Store(y + (7 * ldy));
        sums8.Store(y + (8 * ldy));
        sums9.Store(y + (9 * ldy));
        sums10.Store(y + (10 * ldy));
        sums11.Store(y + (11 * ldy));
    }

    /// <summary>8 rows by one panel: 16 accumulators.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply8<TFormat>(float* x, int stride, byte* panel, int depth, float* y, nint ldy, bool resume)
        where TFormat : struct, IPanelFormat
    {
        RowSums sums0 = RowSums.Begin(y + (0 * ldy), resume);
        RowSums sums1 = RowSums.Begin(y + (1 * ldy), resume);
        RowSums sums2 = RowSums.Begin(y + (2 * ldy), resume);
        RowSums sums3 = RowSums.Begin(y + (3 * ldy), resume);
        RowSums sums4 = RowSums.Begin(y + (4 * ldy), resume);
        RowSums sums5 = RowSums.Begin(y + (5 * ldy), resume);
        RowSums sums6 = RowSums.Begin(y + (6 * ldy), resume);
        RowSums sums7 = RowSums.Begin(y + (7 * ldy), resume);
        for (; depth > 0; depth--)
        {
            PanelMultiply.Prefetch(panel);
            Vector512<float> low = TFormat.Low512(panel);
            Vector512<float> high = TFormat.High512(panel);
            sums0.Add(x, low, high);
            sums1.Add(x + 1, low, high);
            sums2.Add(x + 2, low, high);
            sums3.Add(x + 3, low, high);
            sums4.Add(x + 4, low, high);
            sums5.Add(x + 5, low, high);
            sums6.Add(x + 6, low, high);
            sums7.Add(x + 7, low, high);
            x += stride;
            panel += TFormat.BytesPerK;
        }

        sums0.Store(y + (0 * ldy));
        sums1.Store(y + (1 * ldy));
        sums2.Store(y + (2 * ldy));
        sums3.Store(y + (3 * ldy));
        sums4.Store(y + (4 * ldy));
        sums5.Store(y + (5 * ldy));
        sums6.Store(y + (6 * ldy));
        sums7.Store(y + (7 * ldy));
    }

    /// <summary>4 rows by one panel: 8 accumulators.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply4<TFormat>(float* x, int stride, byte* panel, int depth, float* y, nint ldy, bool resume)
        where TFormat : struct, IPanelFormat
    {
        RowSums sums0 = RowSums.Begin(y + (0 * ldy), resume);
        RowSums sums1 = RowSums.Begin(y + (1 * ldy), resume);
        RowSums sums2 = RowSums.Begin(y + (2 * ldy), resume);
        RowSums sums3 = RowSums.Begin(y + (3 * ldy), resume);
        for (; depth > 0; depth--)
        {
            PanelMultiply.Prefetch(panel);
            Vector512<float> low = TFormat.Low512(panel);
            Vector512<float> high = TFormat.High512(panel);
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

    /// <summary>2 rows by one panel: 4 accumulators.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply2<TFormat>(float* x, int stride, byte* panel, int depth, float* y, nint ldy, bool resume)
        where TFormat : struct, IPanelFormat
    {
        RowSums sums0 = RowSums.Begin(y + (0 * ldy), resume);
        RowSums sums1 = RowSums.Begin(y + (1 * ldy), resume);
        for (; depth > 0; depth--)
        {
            PanelMultiply.Prefetch(panel);
            Vector512<float> low = TFormat.Low512(panel);
            Vector512<float> high = TFormat.High512(panel);
            sums0.Add(x, low, high);
            sums1.Add(x + 1, low, high);
            x += stride;
            panel += TFormat.BytesPerK;
        }

        sums0.Store(y + (0 * ldy));
        sums1.Store(y + (1 * ldy));
    }

    /// <summary>1 rows by one panel: 2 accumulators.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply1<TFormat>(float* x, int stride, byte* panel, int depth, float* y, nint ldy, bool resume)
        where TFormat : struct, IPanelFormat
    {
        RowSums sums0 = RowSums.Begin(y + (0 * ldy), resume);
        for (; depth > 0; depth--)
        {
            PanelMultiply.Prefetch(panel);
            Vector512<float> low = TFormat.Low512(panel);
            Vector512<float> high = TFormat.High512(panel);
            sums0.Add(x, low, high);
            x += stride;
            panel += TFormat.BytesPerK;
        }

        sums0.Store(y + (0 * ldy));
    }

    /// <summary>Partial sums of one row: 16 columns of the low and of the high half of the panel.</summary>
    private struct RowSums
    {
        private Vector512<float> _low;
        private Vector512<float> _high;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static RowSums Begin(float* y, bool resume) => resume ? new RowSums { _low = Vector512.Load(y), _high = Vector512.Load(y + 16) } : default;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(float* x, Vector512<float> low, Vector512<float> high)
        {
            Vector512<float> value = Vector512.Create(*x);
            _low = Vector512.FusedMultiplyAdd(value, low, _low);
            _high = Vector512.FusedMultiplyAdd(value, high, _high);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Store(float* y)
        {
            _low.Store(y);
            _high.Store(y + 16);
        }
    }
}
