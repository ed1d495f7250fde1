using OrleansInference.Compute.Kernels;
using OrleansInference.Compute.Threading;

namespace OrleansInference.Compute.Layers;

/// <summary>Half a decoder layer, attention or feed-forward: the part between a norm and the addition to the residual stream.</summary>
internal unsafe interface IBlock
{
    /// <summary>Computes all rows of the step.</summary>
    /// <param name="step">The step and the stage's scratch.</param>
    /// <param name="input">[rows, hidden] with row stride <see cref="StepContext.HiddenStride"/>: normed.</param>
    /// <param name="output">Likewise; the bias of the last linear layer is included.</param>
    void Forward(StepContext step, float* input, float* output);
}

/// <summary>Adds a block's output to the residual stream and norms the sum for the next block, in one pass over the row.</summary>
internal sealed unsafe class ResidualNorm : IRowOperation
{
    private StepContext _step = null!;
    private float* _hidden;
    private float* _delta;
    private float* _weight;
    private float* _normed;
    private float _epsilon;

    /// <param name="hidden">The residual stream, [rows, hidden]; all operands have the row stride <see cref="StepContext.HiddenStride"/>.</param>
    /// <param name="delta">The addend, or null.</param>
    /// <param name="weight">The norm's weight, or null where only the addition is wanted.</param>
    /// <param name="normed">Where the normed rows go.</param>
    public void Run(StepContext step, float* hidden, float* delta, float* weight, float epsilon, float* normed)
    {
        _step = step;
        _hidden = hidden;
        _delta = delta;
        _weight = weight;
        _epsilon = epsilon;
        _normed = normed;
        step.RowWork.Run(this, step.Batch.RowCount);
    }

    public void Row(int row)
    {
        nint offset = row * (nint)_step.HiddenStride;
        if (_delta != null)
        {
            Elementwise.Add(_delta + offset, _step.HiddenSize, _hidden + offset);
        }

        if (_weight != null)
        {
            RootMeanSquareNorm.Apply(_hidden + offset, _weight, _step.HiddenSize, _epsilon, _normed + offset);
        }
    }
}
