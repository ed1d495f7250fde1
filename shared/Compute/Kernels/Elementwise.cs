namespace OrleansInference.Compute.Kernels;

/// <summary>Operations on single rows; sizes are rounded up to a multiple of 16 lanes, buffers are padded to it.</summary>
internal static unsafe class Elementwise
{
    /// <summary>y += x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(float* x, int size, float* y)
    {
        for (int i = 0; i < size; i += Lanes.Count)
        {
            (Vector512.Load(y + i) + Vector512.Load(x + i)).Store(y + i);
        }
    }

    /// <summary>y = silu(gate) · up.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gate(float* gate, float* up, int size, float* y)
    {
        for (int i = 0; i < size; i += Lanes.Count)
        {
            (FloatMath.Silu(Vector512.Load(gate + i)) * Vector512.Load(up + i)).Store(y + i);
        }
    }
}
