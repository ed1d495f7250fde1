using OrleansInference.Compute.Kernels;
using OrleansInference.Compute.Layers;
using OrleansInference.Compute.Memory;
using OrleansInference.Compute.Weights;

namespace OrleansInference.Compute.Stages;

/// <summary>The final norm and the projection to the vocabulary, for the rows whose logits are wanted.</summary>
internal sealed unsafe class OutputHead(ModelSpec spec, PackedUnit unit, int maxLogitRows) : IDisposable
{
    private readonly PackedMatrix _head = unit.Matrix("head");
    private readonly float* _norm = unit.Vector("final_norm");
    private readonly int _stride = StepContext.Pad(spec.HiddenSize);
    private readonly NativeBuffer<float> _normed = new((long)maxLogitRows * StepContext.Pad(spec.HiddenSize));

    public int MaxLogitRows { get; } = maxLogitRows;

    public static void Declare(ModelSpec spec, UnitLayout unit)
    {
        unit.AddVector("final_norm", spec.FinalNorm);
        unit.AddLinear("head", spec.Head);
    }

    /// <param name="hidden">[rows, hidden]: the last layer's residual stream.</param>
    /// <param name="logits">[batch.LogitRowCount, vocabulary]</param>
    public void Forward(StepContext step, float* hidden, float* logits)
    {
        foreach (SequenceSlice slice in step.Batch.Slices)
        {
            int firstRow = slice.FirstRow + slice.Count - slice.LogitCount;
            for (int i = 0; i < slice.LogitCount; i++)
            {
                float* normed = _normed.Pointer + ((nint)(slice.FirstLogitRow + i) * _stride);
                RootMeanSquareNorm.Apply(hidden + ((nint)(firstRow + i) * step.HiddenStride), _norm, spec.HiddenSize, spec.NormEpsilon, normed);
            }
        }

        step.Multiply.Multiply(_normed.Pointer, _stride, step.Batch.LogitRowCount, _head, logits, spec.VocabularySize);
    }

    public void Dispose() => _normed.Dispose();
}
