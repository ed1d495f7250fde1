namespace OrleansInference.Compute.Kernels;

/// <summary>
/// AVX-512 micro-kernels: a panel row is two vectors (16 columns each), widened once and used by all rows; twelve rows leave room for the broadcast in 32 registers.
/// Lanes run across columns and rows, never along k: each output is one chain of fused multiply-adds over k, so every width gives the scalar's bits.
/// </summary>
internal static unsafe partial class PanelMultiply512
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

    /// <summary>12 rows by one panel: 24 accumulators.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply12<TFormat>(float* x, int stride, byte* panel, int depth, float* y, nint ldy, bool resume)
        where TFormat : struct, IPanelFormat
    {
        Vector512<float> low0 = default, high0 = default;
        Vector512<float> low1 = default, high1 = default;
        Vector512<float> low2 = default, high2 = default;
        Vector512<float> low3 = default, high3 = default;
        Vector512<float> low4 = default, high4 = default;
        Vector512<float> low5 = default, high5 = default;
        Vector512<float> low6 = default, high6 = default;
        Vector512<float> low7 = default, high7 = default;
        Vector512<float> low8 = default, high8 = default;
        Vector512<float> low9 = default, high9 = default;
        Vector512<float> low10 = default, high10 = default;
        Vector512<float> low11 = default, high11 = default;
        if (resume)
        {
            low0 = Vector512.Load(y + (0 * ldy));
            high0 = Vector512.Load(y + (0 * ldy) + 16);
            low1 = Vector512.Load(y + (1 * ldy));
            high1 = Vector512.Load(y + (1 * ldy) + 16);
            low2 = Vector512.Load(y + (2 * ldy));
            high2 = Vector512.Load(y + (2 * ldy) + 16);
            low3 = Vector512.Load(y + (3 * ldy));
            high3 = Vector512.Load(y + (3 * ldy) + 16);
            low4 = Vector512.Load(y + (4 * ldy));
            high4 = Vector512.Load(y + (4 * ldy) + 16);
            low5 = Vector512.Load(y + (5 * ldy));
            high5 = Vector512.Load(y + (5 * ldy) + 16);
            low6 = Vector512.Load(y + (6 * ldy));
            high6 = Vector512.Load(y + (6 * ldy) + 16);
            low7 = Vector512.Load(y + (7 * ldy));
            high7 = Vector512.Load(y + (7 * ldy) + 16);
            low8 = Vector512.Load(y + (8 * ldy));
            high8 = Vector512.Load(y + (8 * ldy) + 16);
            low9 = Vector512.Load(y + (9 * ldy));
            high9 = Vector512.Load(y + (9 * ldy) + 16);
            low10 = Vector512.Load(y + (10 * ldy));
            high10 = Vector512.Load(y + (10 * ldy) + 16);
            low11 = Vector512.Load(y + (11 * ldy));
            high11 = Vector512.Load(y + (11 * ldy) + 16);
        }

        for (; depth > 0; depth--)
        {
            PanelMultiply.Prefetch(panel);
            Vector512<float> low = TFormat.Low512(panel);
            Vector512<float> high = TFormat.High512(panel);
            Vector512<float> x0 = Vector512.Create(x[0]);
            low0 = Vector512.FusedMultiplyAdd(x0, low, low0);
            high0 = Vector512.FusedMultiplyAdd(x0, high, high0);
            Vector512<float> x1 = Vector512.Create(x[1]);
            low1 = Vector512.FusedMultiplyAdd(x1, low, low1);
            high1 = Vector512.FusedMultiplyAdd(x1, high, high1);
            Vector512<float> x2 = Vector512.Create(x[2]);
            low2 = Vector512.FusedMultiplyAdd(x2, low, low2);
            high2 = Vector512.FusedMultiplyAdd(x2, high, high2);
            Vector512<float> x3 = Vector512.Create(x[3]);
            low3 = Vector512.FusedMultiplyAdd(x3, low, low3);
            high3 = Vector512.FusedMultiplyAdd(x3, high, high3);
            Vector512<float> x4 = Vector512.Create(x[4]);
            low4 = Vector512.FusedMultiplyAdd(x4, low, low4);
            high4 = Vector512.FusedMultiplyAdd(x4, high, high4);
            Vector512<float> x5 = Vector512.Create(x[5]);
            low5 = Vector512.FusedMultiplyAdd(x5, low, low5);
            high5 = Vector512.FusedMultiplyAdd(x5, high, high5);
            Vector512<float> x6 = Vector512.Create(x[6]);
            low6 = Vector512.FusedMultiplyAdd(x6, low, low6);
            high6 = Vector512.FusedMultiplyAdd(x6, high, high6);
            Vector512<float> x7 = Vector512.Create(x[7]);
            low7 = Vector512.FusedMultiplyAdd(x7, low, low7);
            high7 = Vector512.FusedMultiplyAdd(x7, high, high7);
            Vector512<float> x8 = Vector512.Create(x[8]);
            low8 = Vector512.FusedMultiplyAdd(x8, low, low8);
            high8 = Vector512.FusedMultiplyAdd(x8, high, high8);
            Vector512<float> x9 = Vector512.Create(x[9]);
            low9 = Vector512.FusedMultiplyAdd(x9, low, low9);
            high9 = Vector512.FusedMultiplyAdd(x9, high, high9);
            Vector512<float> x10 = Vector512.Create(x[10]);
            low10 = Vector512.FusedMultiplyAdd(x10, low, low10);
            high10 = Vector512.FusedMultiplyAdd(x10, high, high10);
            Vector512<float> x11 = Vector512.Create(x[11]);
            low11 = Vector512.FusedMultiplyAdd(x11, low, low11);
            high11 = Vector512.FusedMultiplyAdd(x11, high, high11);
            x += stride;
            panel += TFormat.BytesPerK;
        }

        low0.Store(y + (0 * ldy));
        high0.Store(y + (0 * ldy) + 16);
        low1.Store(y + (1 * ldy));
        high1.Store(y + (1 * ldy) + 16);
        low2.Store(y + (2 * ldy));
        high2.Store(y + (2 * ldy) + 16);
        low3.Store(y + (3 * ldy));
        high3.Store(y + (3 * ldy) + 16);
        low4.Store(y + (4 * ldy));
        high4.Store(y + (4 * ldy) + 16);
        low5.Store(y + (5 * ldy));
        high5.Store(y + (5 * ldy) + 16);
        low6.Store(y + (6 * ldy));
        high6.Store(y + (6 * ldy) + 16);
        low7.Store(y + (7 * ldy));
        high7.Store(y + (7 * ldy) + 16);
        low8.Store(y + (8 * ldy));
        high8.Store(y + (8 * ldy) + 16);
        low9.Store(y + (9 * ldy));
        high9.Store(y + (9 * ldy) + 16);
        low10.Store(y + (10 * ldy));
        high10.Store(y + (10 * ldy) + 16);
        low11.Store(y + (11 * ldy));
        high11.Store(y + (11 * ldy) + 16);
    }

    /// <summary>8 rows by one panel: 16 accumulators.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply8<TFormat>(float* x, int stride, byte* panel, int depth, float* y, nint ldy, bool resume)
        where TFormat : struct, IPanelFormat
    {
        Vector512<float> low0 = default, high0 = default;
        Vector512<float> low1 = default, high1 = default;
        Vector512<float> low2 = default, high2 = default;
        Vector512<float> low3 = default, high3 = default;
        Vector512<float> low4 = default, high4 = default;
        Vector512<float> low5 = default, high5 = default;
        Vector512<float> low6 = default, high6 = default;
        Vector512<float> low7 = default, high7 = default;
        if (resume)
        {
            low0 = Vector512.Load(y + (0 * ldy));
            high0 = Vector512.Load(y + (0 * ldy) + 16);
            low1 = Vector512.Load(y + (1 * ldy));
            high1 = Vector512.Load(y + (1 * ldy) + 16);
            low2 = Vector512.Load(y + (2 * ldy));
            high2 = Vector512.Load(y + (2 * ldy) + 16);
            low3 = Vector512.Load(y + (3 * ldy));
            high3 = Vector512.Load(y + (3 * ldy) + 16);
            low4 = Vector512.Load(y + (4 * ldy));
            high4 = Vector512.Load(y + (4 * ldy) + 16);
            low5 = Vector512.Load(y + (5 * ldy));
            high5 = Vector512.Load(y + (5 * ldy) + 16);
            low6 = Vector512.Load(y + (6 * ldy));
            high6 = Vector512.Load(y + (6 * ldy) + 16);
            low7 = Vector512.Load(y + (7 * ldy));
            high7 = Vector512.Load(y + (7 * ldy) + 16);
        }

        for (; depth > 0; depth--)
        {
            PanelMultiply.Prefetch(panel);
            Vector512<float> low = TFormat.Low512(panel);
            Vector512<float> high = TFormat.High512(panel);
            Vector512<float> x0 = Vector512.Create(x[0]);
            low0 = Vector512.FusedMultiplyAdd(x0, low, low0);
            high0 = Vector512.FusedMultiplyAdd(x0, high, high0);
            Vector512<float> x1 = Vector512.Create(x[1]);
            low1 = Vector512.FusedMultiplyAdd(x1, low, low1);
            high1 = Vector512.FusedMultiplyAdd(x1, high, high1);
            Vector512<float> x2 = Vector512.Create(x[2]);
            low2 = Vector512.FusedMultiplyAdd(x2, low, low2);
            high2 = Vector512.FusedMultiplyAdd(x2, high, high2);
            Vector512<float> x3 = Vector512.Create(x[3]);
            low3 = Vector512.FusedMultiplyAdd(x3, low, low3);
            high3 = Vector512.FusedMultiplyAdd(x3, high, high3);
            Vector512<float> x4 = Vector512.Create(x[4]);
            low4 = Vector512.FusedMultiplyAdd(x4, low, low4);
            high4 = Vector512.FusedMultiplyAdd(x4, high, high4);
            Vector512<float> x5 = Vector512.Create(x[5]);
            low5 = Vector512.FusedMultiplyAdd(x5, low, low5);
            high5 = Vector512.FusedMultiplyAdd(x5, high, high5);
            Vector512<float> x6 = Vector512.Create(x[6]);
            low6 = Vector512.FusedMultiplyAdd(x6, low, low6);
            high6 = Vector512.FusedMultiplyAdd(x6, high, high6);
            Vector512<float> x7 = Vector512.Create(x[7]);
            low7 = Vector512.FusedMultiplyAdd(x7, low, low7);
            high7 = Vector512.FusedMultiplyAdd(x7, high, high7);
            x += stride;
            panel += TFormat.BytesPerK;
        }

        low0.Store(y + (0 * ldy));
        high0.Store(y + (0 * ldy) + 16);
        low1.Store(y + (1 * ldy));
        high1.Store(y + (1 * ldy) + 16);
        low2.Store(y + (2 * ldy));
        high2.Store(y + (2 * ldy) + 16);
        low3.Store(y + (3 * ldy));
        high3.Store(y + (3 * ldy) + 16);
        low4.Store(y + (4 * ldy));
        high4.Store(y + (4 * ldy) + 16);
        low5.Store(y + (5 * ldy));
        high5.Store(y + (5 * ldy) + 16);
        low6.Store(y + (6 * ldy));
        high6.Store(y + (6 * ldy) + 16);
        low7.Store(y + (7 * ldy));
        high7.Store(y + (7 * ldy) + 16);
    }

    /// <summary>4 rows by one panel: 8 accumulators.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply4<TFormat>(float* x, int stride, byte* panel, int depth, float* y, nint ldy, bool resume)
        where TFormat : struct, IPanelFormat
    {
        Vector512<float> low0 = default, high0 = default;
        Vector512<float> low1 = default, high1 = default;
        Vector512<float> low2 = default, high2 = default;
        Vector512<float> low3 = default, high3 = default;
        if (resume)
        {
            low0 = Vector512.Load(y + (0 * ldy));
            high0 = Vector512.Load(y + (0 * ldy) + 16);
            low1 = Vector512.Load(y + (1 * ldy));
            high1 = Vector512.Load(y + (1 * ldy) + 16);
            low2 = Vector512.Load(y + (2 * ldy));
            high2 = Vector512.Load(y + (2 * ldy) + 16);
            low3 = Vector512.Load(y + (3 * ldy));
            high3 = Vector512.Load(y + (3 * ldy) + 16);
        }

        for (; depth > 0; depth--)
        {
            PanelMultiply.Prefetch(panel);
            Vector512<float> low = TFormat.Low512(panel);
            Vector512<float> high = TFormat.High512(panel);
            Vector512<float> x0 = Vector512.Create(x[0]);
            low0 = Vector512.FusedMultiplyAdd(x0, low, low0);
            high0 = Vector512.FusedMultiplyAdd(x0, high, high0);
            Vector512<float> x1 = Vector512.Create(x[1]);
            low1 = Vector512.FusedMultiplyAdd(x1, low, low1);
            high1 = Vector512.FusedMultiplyAdd(x1, high, high1);
            Vector512<float> x2 = Vector512.Create(x[2]);
            low2 = Vector512.FusedMultiplyAdd(x2, low, low2);
            high2 = Vector512.FusedMultiplyAdd(x2, high, high2);
            Vector512<float> x3 = Vector512.Create(x[3]);
            low3 = Vector512.FusedMultiplyAdd(x3, low, low3);
            high3 = Vector512.FusedMultiplyAdd(x3, high, high3);
            x += stride;
            panel += TFormat.BytesPerK;
        }

        low0.Store(y + (0 * ldy));
        high0.Store(y + (0 * ldy) + 16);
        low1.Store(y + (1 * ldy));
        high1.Store(y + (1 * ldy) + 16);
        low2.Store(y + (2 * ldy));
        high2.Store(y + (2 * ldy) + 16);
        low3.Store(y + (3 * ldy));
        high3.Store(y + (3 * ldy) + 16);
    }

    /// <summary>2 rows by one panel: 4 accumulators.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply2<TFormat>(float* x, int stride, byte* panel, int depth, float* y, nint ldy, bool resume)
        where TFormat : struct, IPanelFormat
    {
        Vector512<float> low0 = default, high0 = default;
        Vector512<float> low1 = default, high1 = default;
        if (resume)
        {
            low0 = Vector512.Load(y + (0 * ldy));
            high0 = Vector512.Load(y + (0 * ldy) + 16);
            low1 = Vector512.Load(y + (1 * ldy));
            high1 = Vector512.Load(y + (1 * ldy) + 16);
        }

        for (; depth > 0; depth--)
        {
            PanelMultiply.Prefetch(panel);
            Vector512<float> low = TFormat.Low512(panel);
            Vector512<float> high = TFormat.High512(panel);
            Vector512<float> x0 = Vector512.Create(x[0]);
            low0 = Vector512.FusedMultiplyAdd(x0, low, low0);
            high0 = Vector512.FusedMultiplyAdd(x0, high, high0);
            Vector512<float> x1 = Vector512.Create(x[1]);
            low1 = Vector512.FusedMultiplyAdd(x1, low, low1);
            high1 = Vector512.FusedMultiplyAdd(x1, high, high1);
            x += stride;
            panel += TFormat.BytesPerK;
        }

        low0.Store(y + (0 * ldy));
        high0.Store(y + (0 * ldy) + 16);
        low1.Store(y + (1 * ldy));
        high1.Store(y + (1 * ldy) + 16);
    }

    /// <summary>1 rows by one panel: 2 accumulators.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply1<TFormat>(float* x, int stride, byte* panel, int depth, float* y, nint ldy, bool resume)
        where TFormat : struct, IPanelFormat
    {
        Vector512<float> low0 = default, high0 = default;
        if (resume)
        {
            low0 = Vector512.Load(y + (0 * ldy));
            high0 = Vector512.Load(y + (0 * ldy) + 16);
        }

        for (; depth > 0; depth--)
        {
            PanelMultiply.Prefetch(panel);
            Vector512<float> low = TFormat.Low512(panel);
            Vector512<float> high = TFormat.High512(panel);
            Vector512<float> x0 = Vector512.Create(x[0]);
            low0 = Vector512.FusedMultiplyAdd(x0, low, low0);
            high0 = Vector512.FusedMultiplyAdd(x0, high, high0);
            x += stride;
            panel += TFormat.BytesPerK;
        }

        low0.Store(y + (0 * ldy));
        high0.Store(y + (0 * ldy) + 16);
    }
}
