using System.Numerics;
using System.Runtime.InteropServices;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Compute;

namespace OrleansInference.Cluster.Stage.Rates;

/// <summary>Steps that are alike: kernels reach another part of a device's figures with few rows than with many, and with a short context than with a long one.</summary>
/// <param name="Layers">That were computed.</param>
/// <param name="Rows">Binary logarithm of the number of rows.</param>
/// <param name="LogitRows">The same of the rows with logits, and one more; 0 for none.</param>
/// <param name="Context">Half the binary logarithm of the tokens that a row attends to.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct StepKind(LayerRange Layers, int Rows, int LogitRows, int Context)
{
    public static StepKind Of(LayerRange layers, StepBatch batch)
    {
        long pairs = 0; // of a row and a token that it attends to
        foreach (SequenceSlice slice in batch.Slices)
        {
            pairs += slice.Count * (slice.Start + ((slice.Count + 1L) / 2));
        }

        return new StepKind(
            layers, BitOperations.Log2((uint)batch.RowCount), batch.LogitRowCount == 0 ? 0 : BitOperations.Log2((uint)batch.LogitRowCount) + 1,
            BitOperations.Log2((ulong)Math.Max(1, pairs / batch.RowCount)) / 2);
    }
}
