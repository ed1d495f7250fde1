namespace OrleansInference.Compute.Kernels;

/// <content>One row, which waits for memory alone: what is asked for ahead of its use is the caller's to say.</content>
internal static unsafe partial class PanelMultiply512
{
    /// <inheritdoc cref="PanelMultiply.Stream"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Stream<TFormat>(float* x, byte* panel, int depth, float* y, byte* ahead, bool resume)
        where TFormat : struct, IPanelFormat
    {
        Vector512<float> low = default, high = default;
        if (resume)
        {
            low = Vector512.Load(y);
            high = Vector512.Load(y + 16);
        }

        for (; depth > 0; depth--)
        {
            PanelMultiply.Ask(ahead);
            Vector512<float> value = Vector512.Create(*x);
            low = Vector512.FusedMultiplyAdd(value, TFormat.Low512(panel), low);
            high = Vector512.FusedMultiplyAdd(value, TFormat.High512(panel), high);
            x++;
            panel += TFormat.BytesPerK;
            ahead += TFormat.BytesPerK;
        }

        low.Store(y);
        high.Store(y + 16);
    }
}
