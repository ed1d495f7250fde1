using System.Runtime.Intrinsics.X86;

namespace OrleansInference.Compute.Kernels;

/// <summary>
/// The inner product of activations with one panel of weights, y = x W, in the canonical order: y[r, c] is one chain of fused multiply-adds over
/// k = 0, 1, … in float32. A chain may be cut and resumed at any k, since its state is the float32 partial sum.
/// </summary>
internal static unsafe class PanelMultiply
{
    /// <summary>Output columns of a panel.</summary>
    public const int Columns = 32;

    /// <summary>Most rows that one call takes on any instruction set.</summary>
    public const int MaxRows = PanelMultiply512.MaxRows;

    /// <summary>Multiplies up to <see cref="MaxRows"/> rows and returns their number (at least one).</summary>
    /// <param name="x">[depth, stride], of which columns 0 … rows − 1 are the rows: K-major, so that the rows of one k are neighbours.</param>
    /// <param name="stride">Floats from one k to the next.</param>
    /// <param name="rows">Rows that are left, at least one.</param>
    /// <param name="panel">The panel's bytes from the first k on.</param>
    /// <param name="depth">Number of k.</param>
    /// <param name="y">[rows, 32] with row stride <paramref name="ldy"/>.</param>
    /// <param name="ldy">Floats from one output row to the next.</param>
    /// <param name="resume">Whether y holds the partial sums of earlier k.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Rows<TFormat>(float* x, int stride, int rows, byte* panel, int depth, float* y, nint ldy, bool resume)
        where TFormat : struct, IPanelFormat =>
        InstructionSets.Wide ? PanelMultiply512.Rows<TFormat>(x, stride, rows, panel, depth, y, ldy, resume)
        : InstructionSets.Narrow ? PanelMultiply256.Rows<TFormat>(x, stride, rows, panel, depth, y, ldy, resume)
        : PanelMultiplyScalar.Rows<TFormat>(x, stride, rows, panel, depth, y, ldy, resume);

    /// <summary>Multiplies one row by one panel.</summary>
    /// <param name="x">[depth]</param>
    /// <param name="panel">The panel's bytes from the first k on.</param>
    /// <param name="depth">Number of k.</param>
    /// <param name="y">[32]</param>
    /// <param name="ahead">Memory to prefetch: the same number of bytes from here on, at the pace of the product.</param>
    /// <param name="resume">Whether y holds the partial sums of earlier k.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Stream<TFormat>(float* x, byte* panel, int depth, float* y, byte* ahead, bool resume)
        where TFormat : struct, IPanelFormat
    {
        if (InstructionSets.Wide)
        {
            PanelMultiply512.Stream<TFormat>(x, panel, depth, y, ahead, resume);
        }
        else
        {
            Rows<TFormat>(x, 1, 1, panel, depth, y, 0, resume);
        }
    }

    /// <summary>
    /// Asks for the panel's bytes 8 KiB ahead: at twelve rows that is a microsecond or so, more than memory takes to answer when both workers ask it.
    /// The processor's own prefetching stops at the end of each 4 KiB page.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(byte* panel) => Ask(panel + 8192);

    /// <summary>Asks for the cache line at an address, which may be any.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Ask(void* address)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(address);
        }
    }
}
