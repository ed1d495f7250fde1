using OrleansInference.Compute;

namespace OrleansInference.Serving.Pipelines;

/// <summary>
/// The stages of a model in this process, joined: a step goes in at the first and comes out at the sink. Stages that share their threads run on the
/// submitting thread, one after another; stages with threads of their own work on as many steps as there are stages.
/// </summary>
internal sealed class Pipeline : IDisposable
{
    private readonly IStage _first;
    private readonly Stack<HiddenStates> _hidden = new(); // also the lock over itself
    private readonly IStepSink _sink;

    /// <param name="model">The model; not disposed here.</param>
    /// <param name="epoch">The plan that the stages belong to.</param>
    /// <param name="sink">Where steps arrive.</param>
    public Pipeline(IStagedModel model, long epoch, IStepSink sink)
    {
        _sink = sink;
        Depth = model.StagesRunInParallel ? model.Stages.Count : 1;
        for (int i = 0; i < Depth; i++)
        {
            _hidden.Push(model.NewHiddenStates());
        }

        IStage next = new End(this);
        for (int i = model.Stages.Count - 1; i >= 0; i--)
        {
            StepSampler? sampler = i == model.Stages.Count - 1 ? new StepSampler(model.VocabularySize, model.Stages[i].Workers) : null;
            next = new LocalStage(model.Stages[i], epoch, next, sampler);
            next = Depth > 1 ? new ThreadedStage(next, $"Stage {i}") : next;
        }

        _first = next;
    }

    /// <summary>Steps that can be under way at the same time.</summary>
    public int Depth { get; }

    /// <summary>Sends a step off; at most <see cref="Depth"/> are under way.</summary>
    public void Submit(Step step)
    {
        HiddenStates hidden;
        lock (_hidden)
        {
            hidden = _hidden.Pop();
        }

        _first.Submit(step, hidden);
    }

    /// <summary>Ends the stages' threads, after the steps that are under way.</summary>
    public void Dispose()
    {
        _first.Dispose();
        while (_hidden.TryPop(out HiddenStates? hidden))
        {
            hidden.Dispose();
        }
    }

    /// <summary>Behind the last stage: takes the buffer back and gives the step to the sink.</summary>
    private sealed class End(Pipeline pipeline) : IStage
    {
        public void Submit(Step step, HiddenStates hidden)
        {
            lock (pipeline._hidden)
            {
                pipeline._hidden.Push(hidden);
            }

            pipeline._sink.Completed(step);
        }

        public void Dispose()
        {
        }
    }
}
