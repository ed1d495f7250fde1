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
        Vector256<float> low0 = default, high0 = default;
        Vector256<float> low1 = default, high1 = default;
        Vector256<float> low2 = default, high2 = default;
        Vector256<float> low3 = default, high3 = default;
        Vector256<float> low4 = default, high4 = default;
        Vector256<float> low5 = default, high5 = default;
        if (resume)
        {
            low0 = Vector256.Load(y + (0 * ldy));
            high0 = Vector256.Load(y + (0 * ldy) + 16);
            low1 = Vector256.Load(y + (1 * ldy));
            high1 = Vector256.Load(y + (1 * ldy) + 16);
            low2 = Vector256.Load(y + (2 * ldy));
            high2 = Vector256.Load(y + (2 * ldy) + 16);
            low3 = Vector256.Load(y + (3 * ldy));
            high3 = Vector256.Load(y + (3 * ldy) + 16);
            low4 = Vector256.Load(y + (4 * ldy));
            high4 = Vector256.Load(y + (4 * ldy) + 16);
            low5 = Vector256.Load(y + (5 * ldy));
            high5 = Vector256.Load(y + (5 * ldy) + 16);
        }

        for (; depth > 0; depth--)
        {
            Vector256<float> low = TFormat.Low256(panel, first);
            Vector256<float> high = TFormat.High256(panel, first);
            Vector256<float> x0 = Vector256.Create(x[0]);
            low0 = Vector256.FusedMultiplyAdd(x0, low, low0);
            high0 = Vector256.FusedMultiplyAdd(x0, high, high0);
            Vector256<float> x1 = Vector256.Create(x[1]);
            low1 = Vector256.FusedMultiplyAdd(x1, low, low1);
            high1 = Vector256.FusedMultiplyAdd(x1, high, high1);
            Vector256<float> x2 = Vector256.Create(x[2]);
            low2 = Vector256.FusedMultiplyAdd(x2, low, low2);
            high2 = Vector256.FusedMultiplyAdd(x2, high, high2);
            Vector256<float> x3 = Vector256.Create(x[3]);
            low3 = Vector256.FusedMultiplyAdd(x3, low, low3);
            high3 = Vector256.FusedMultiplyAdd(x3, high, high3);
            Vector256<float> x4 = Vector256.Create(x[4]);
            low4 = Vector256.FusedMultiplyAdd(x4, low, low4);
            high4 = Vector256.FusedMultiplyAdd(x4, high, high4);
            Vector256<float> x5 = Vector256.Create(x[5]);
            low5 = Vector256.FusedMultiplyAdd(x5, low, low5);
            high5 = Vector256.FusedMultiplyAdd(x5, high, high5);
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
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply4<TFormat>(float* x, int stride, byte* panel, int first, int depth, float* y, nint ldy, bool resume)
        where TFormat : struct, IPanelFormat
    {
        Vector256<float> low0 = default, high0 = default;
        Vector256<float> low1 = default, high1 = default;
        Vector256<float> low2 = default, high2 = default;
        Vector256<float> low3 = default, high3 = default;
        if (resume)
        {
            low0 = Vector256.Load(y + (0 * ldy));
            high0 = Vector256.Load(y + (0 * ldy) + 16);
            low1 = Vector256.Load(y + (1 * ldy));
            high1 = Vector256.Load(y + (1 * ldy) + 16);
            low2 = Vector256.Load(y + (2 * ldy));
            high2 = Vector256.Load(y + (2 * ldy) + 16);
            low3 = Vector256.Load(y + (3 * ldy));
            high3 = Vector256.Load(y + (3 * ldy) + 16);
        }

        for (; depth > 0; depth--)
        {
            PanelMultiply.Prefetch(panel);
            Vector256<float> low = TFormat.Low256(panel, first);
            Vector256<float> high = TFormat.High256(panel, first);
            Vector256<float> x0 = Vector256.Create(x[0]);
            low0 = Vector256.FusedMultiplyAdd(x0, low, low0);
            high0 = Vector256.FusedMultiplyAdd(x0, high, high0);
            Vector256<float> x1 = Vector256.Create(x[1]);
            low1 = Vector256.FusedMultiplyAdd(x1, low, low1);
            high1 = Vector256.FusedMultiplyAdd(x1, high, high1);
            Vector256<float> x2 = Vector256.Create(x[2]);
            low2 = Vector256.FusedMultiplyAdd(x2, low, low2);
            high2 = Vector256.FusedMultiplyAdd(x2, high, high2);
            Vector256<float> x3 = Vector256.Create(x[3]);
            low3 = Vector256.FusedMultiplyAdd(x3, low, low3);
            high3 = Vector256.FusedMultiplyAdd(x3, high, high3);
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply2<TFormat>(float* x, int stride, byte* panel, int first, int depth, float* y, nint ldy, bool resume)
        where TFormat : struct, IPanelFormat
    {
        Vector256<float> low0 = default, high0 = default;
        Vector256<float> low1 = default, high1 = default;
        if (resume)
        {
            low0 = Vector256.Load(y + (0 * ldy));
            high0 = Vector256.Load(y + (0 * ldy) + 16);
            low1 = Vector256.Load(y + (1 * ldy));
            high1 = Vector256.Load(y + (1 * ldy) + 16);
        }

        for (; depth > 0; depth--)
        {
            PanelMultiply.Prefetch(panel);
            Vector256<float> low = TFormat.Low256(panel, first);
            Vector256<float> high = TFormat.High256(panel, first);
            Vector256<float> x0 = Vector256.Create(x[0]);
            low0 = Vector256.FusedMultiplyAdd(x0, low, low0);
            high0 = Vector256.FusedMultiplyAdd(x0, high, high0);
            Vector256<float> x1 = Vector256.Create(x[1]);
            low1 = Vector256.FusedMultiplyAdd(x1, low, low1);
            high1 = Vector256.FusedMultiplyAdd(x1, high, high1);
            x += stride;
            panel += TFormat.BytesPerK;
        }

        low0.Store(y + (0 * ldy));
        high0.Store(y + (0 * ldy) + 16);
        low1.Store(y + (1 * ldy));
        high1.Store(y + (1 * ldy) + 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply1<TFormat>(float* x, int stride, byte* panel, int first, int depth, float* y, nint ldy, bool resume)
        where TFormat : struct, IPanelFormat
    {
        Vector256<float> low0 = default, high0 = default;
        if (resume)
        {
            low0 = Vector256.Load(y + (0 * ldy));
            high0 = Vector256.Load(y + (0 * ldy) + 16);
        }

        for (; depth > 0; depth--)
        {
            PanelMultiply.Prefetch(panel);
            Vector256<float> low = TFormat.Low256(panel, first);
            Vector256<float> high = TFormat.High256(panel, first);
            Vector256<float> x0 = Vector256.Create(x[0]);
            low0 = Vector256.FusedMultiplyAdd(x0, low, low0);
            high0 = Vector256.FusedMultiplyAdd(x0, high, high0);
            x += stride;
            panel += TFormat.BytesPerK;
        }

        low0.Store(y + (0 * ldy));
        high0.Store(y + (0 * ldy) + 16);
    }
}
