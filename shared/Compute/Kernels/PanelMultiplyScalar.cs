namespace OrleansInference.Compute.Kernels;

/// <summary>The reference: one output after another, one fused multiply-add after another over k.</summary>
internal static unsafe class PanelMultiplyScalar
{
    /// <inheritdoc cref="PanelMultiply.Rows"/>
    public static int Rows<TFormat>(float* x, int stride, int rows, byte* panel, int depth, float* y, nint ldy, bool resume)
        where TFormat : struct, IPanelFormat
    {
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < PanelMultiply.Columns; column++)
            {
                float sum = resume ? y[(row * ldy) + column] : 0f;
                for (int k = 0; k < depth; k++)
                {
                    sum = MathF.FusedMultiplyAdd(x[row + (k * stride)], TFormat.Column(panel + ((long)k * TFormat.BytesPerK), column), sum);
                }

                y[(row * ldy) + column] = sum;
            }
        }

        return rows;
    }
}
