using OrleansInference.Compute;

namespace OrleansInference.Serving.Pipelines;

/// <summary>
/// A stage as the one before it sees it, in this process or on another device. It takes steps in the order of their numbers, carries out their page
/// transfers, computes its layers, and hands step and hidden states on: to the next stage, or, as the last one, what was chosen to the step's
/// <see cref="IStepSink"/>. A step that failed before still passes, so that page transfers reach every stage, but is not computed.
/// </summary>
internal interface IStage : IDisposable
{
    /// <summary>Takes a step; step and hidden states belong to the stage until it hands them on. May return before the work is done.</summary>
    /// <param name="step">The step.</param>
    /// <param name="hidden">The hidden states after the stage before; the first stage fills them.</param>
    void Submit(Step step, HiddenStates hidden);
}

/// <summary>Where steps arrive after the last stage.</summary>
internal interface IStepSink
{
    /// <summary>Gives a step back, computed or with its error. Called from any thread.</summary>
    void Completed(Step step);
}
