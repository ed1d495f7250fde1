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
