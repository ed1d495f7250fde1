using System.Diagnostics;
using OrleansInference.Compute;

namespace OrleansInference.Serving.Pipelines;

/// <summary>Gives a stage a thread of its own: takes steps at once and runs them in their order.</summary>
internal sealed class ThreadedStage : IStage
{
    private readonly IStage _stage;
    private readonly object _lock = new(); // pulsed when a step arrives and when the stage is disposed
    private readonly Queue<(Step Step, HiddenStates Hidden)> _steps = new();
    private readonly Thread _thread;
    private bool _disposed;

    public ThreadedStage(IStage stage, string name)
    {
        _stage = stage;
        _thread = new Thread(Run) { IsBackground = true, Name = name };
        _thread.Start();
    }

    public void Submit(Step step, HiddenStates hidden)
    {
        lock (_lock)
        {
            Debug.Assert(!_disposed);
            _steps.Enqueue((step, hidden));
            Monitor.Pulse(_lock);
        }
    }

    /// <summary>Finishes the steps that it has, then disposes the stage.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            Monitor.Pulse(_lock);
        }

        _thread.Join();
        _stage.Dispose();
    }

    private void Run()
    {
        while (Take() is var (step, hidden))
        {
            _stage.Submit(step, hidden);
        }
    }

    private (Step Step, HiddenStates Hidden)? Take()
    {
        lock (_lock)
        {
            while (_steps.Count == 0 && !_disposed)
            {
                Monitor.Wait(_lock);
            }

            return _steps.TryDequeue(out var taken) ? taken : null;
        }
    }
}
