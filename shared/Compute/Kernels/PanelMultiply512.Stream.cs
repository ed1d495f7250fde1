using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace OrleansInference.Compute.Kernels;

/// <content>One row by several panels, which waits for memory alone.</content>
internal static unsafe partial class PanelMultiply512
{
    /// <summary>One row by 4 neighbouring panels: as many streams from memory at once as it takes to keep it busy.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Stream4<TFormat>(float* x, byte* panel, nint panelBytes, int depth, float* y)
        where TFormat : struct, IPanelFormat
    {
        Vector512<float> low0 = default, high0 = default;
        Vector512<float> low1 = default, high1 = default;
        Vector512<float> low2 = default, high2 = default;
        Vector512<float> low3 = default, high3 = default;
        for (; depth > 0; depth--)
        {
            PanelMultiply.Prefetch(panel);
            PanelMultiply.Prefetch(panel + panelBytes);
            PanelMultiply.Prefetch(panel + (2 * panelBytes));
            PanelMultiply.Prefetch(panel + (3 * panelBytes));
            Vector512<float> value = Vector512.Create(*x);
            low0 = Vector512.FusedMultiplyAdd(value, TFormat.Low512(panel), low0);
            high0 = Vector512.FusedMultiplyAdd(value, TFormat.High512(panel), high0);
            low1 = Vector512.FusedMultiplyAdd(value, TFormat.Low512(panel + panelBytes), low1);
            high1 = Vector512.FusedMultiplyAdd(value, TFormat.High512(panel + panelBytes), high1);
            low2 = Vector512.FusedMultiplyAdd(value, TFormat.Low512(panel + (2 * panelBytes)), low2);
            high2 = Vector512.FusedMultiplyAdd(value, TFormat.High512(panel + (2 * panelBytes)), high2);
            low3 = Vector512.FusedMultiplyAdd(value, TFormat.Low512(panel + (3 * panelBytes)), low3);
            high3 = Vector512.FusedMultiplyAdd(value, TFormat.High512(panel + (3 * panelBytes)), high3);
            x++;
            panel += TFormat.BytesPerK;
        }

        low0.Store(y);
        high0.Store(y + 16);
        low1.Store(y + 32);
        high1.Store(y + 48);
        low2.Store(y + 64);
        high2.Store(y + 80);
        low3.Store(y + 96);
        high3.Store(y + 112);
    }

    /// <summary>One row by 2 neighbouring panels: as many streams from memory at once as it takes to keep it busy.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Stream2<TFormat>(float* x, byte* panel, nint panelBytes, int depth, float* y)
        where TFormat : struct, IPanelFormat
    {
        Vector512<float> low0 = default, high0 = default;
        Vector512<float> low1 = default, high1 = default;
        for (; depth > 0; depth--)
        {
            PanelMultiply.Prefetch(panel);
            PanelMultiply.Prefetch(panel + panelBytes);
            Vector512<float> value = Vector512.Create(*x);
            low0 = Vector512.FusedMultiplyAdd(value, TFormat.Low512(panel), low0);
            high0 = Vector512.FusedMultiplyAdd(value, TFormat.High512(panel), high0);
            low1 = Vector512.FusedMultiplyAdd(value, TFormat.Low512(panel + panelBytes), low1);
            high1 = Vector512.FusedMultiplyAdd(value, TFormat.High512(panel + panelBytes), high1);
            x++;
            panel += TFormat.BytesPerK;
        }

        low0.Store(y);
        high0.Store(y + 16);
        low1.Store(y + 32);
        high1.Store(y + 48);
    }
}
