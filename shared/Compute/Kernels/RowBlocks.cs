namespace OrleansInference.Compute.Kernels;

/// <summary>
/// Activations as the micro-kernels read them: blocks of <see cref="PanelMultiply.MaxRows"/> rows, each block K-major, [blocks, depth, 12]. The rows that
/// are missing in the last block stay unread.
/// </summary>
internal static unsafe class RowBlocks
{
    public const int RowsPerBlock = PanelMultiply.MaxRows;

    public static int BlocksFor(int rows) => (rows + RowsPerBlock - 1) / RowsPerBlock;

    /// <summary>Packs one block.</summary>
    /// <param name="x">[rows, depth] with row stride <paramref name="ldx"/>: the block's rows.</param>
    /// <param name="rows">1 … 12.</param>
    /// <param name="block">[depth, 12]</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack(float* x, nint ldx, int rows, int depth, float* block)
    {
        for (int row = 0; row < rows; row++)
        {
            float* from = x + (row * ldx);
            float* to = block + row;
            for (int k = 0; k < depth; k++)
            {
                *to = from[k];
                to += RowsPerBlock;
            }
        }
    }
}
