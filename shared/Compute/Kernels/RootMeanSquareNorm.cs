namespace OrleansInference.Compute.Kernels;

/// <summary>
/// y[i] = x[i] / sqrt(mean(x²) + ε) · weight[i] (Zhang and Sennrich, 2019). The squares are summed in 16 strided lanes, lane j over i = j, j + 16, …,
/// by fused multiply-adds, then by the tree of <see cref="Lanes"/>. Buffers are padded with zeros to a multiple of 16.
/// </summary>
internal static unsafe class RootMeanSquareNorm
{
    /// <param name="x">[size], readable and zero up to the next multiple of 16.</param>
    /// <param name="weight">[size], padded likewise.</param>
    /// <param name="size">Elements.</param>
    /// <param name="epsilon">ε</param>
    /// <param name="y">[size], writable up to the next multiple of 16; may be x.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Apply(float* x, float* weight, int size, float epsilon, float* y)
    {
        Vector512<float> squares = Vector512<float>.Zero;
        for (int i = 0; i < size; i += Lanes.Count)
        {
            Vector512<float> v = Vector512.Load(x + i);
            squares = Vector512.FusedMultiplyAdd(v, v, squares);
        }

        Vector512<float> scale = Vector512.Create(1f / MathF.Sqrt((Lanes.Sum(squares) / size) + epsilon));
        for (int i = 0; i < size; i += Lanes.Count)
        {
            (Vector512.Load(x + i) * scale * Vector512.Load(weight + i)).Store(y + i);
        }
    }
}
