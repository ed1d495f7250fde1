using System.Diagnostics.CodeAnalysis;
using OrleansInference.Engine.Steps;

namespace OrleansInference.Engine.Scheduling;

/// <summary>The steps of one pipeline, each in a slot that is free or in flight, and the numbering of steps.</summary>
internal sealed class StepSlots
{
    private readonly ScheduledStep[] _steps;
    private readonly Stack<ScheduledStep> _free = new();

    /// <param name="depth">Number of slots.</param>
    /// <param name="epoch">Epoch of the first plan.</param>
    public StepSlots(int depth, long epoch)
    {
        _steps = [.. Enumerable.Range(0, depth).Select(static _ => new ScheduledStep())];
        Array.ForEach(_steps, _free.Push);
        Enter(epoch, depth);
    }

    /// <summary>Epoch of the plan in force, to which all new steps belong.</summary>
    public long Epoch { get; private set; }

    /// <summary>Steps that may be in flight at the same time: one for each stage of the plan in force, limited by the number of slots.</summary>
    public int Depth { get; private set; }

    /// <summary>Number of steps that were taken and not returned.</summary>
    public int InFlight => _steps.Length - _free.Count;

    /// <summary>Number of the last step that was started or skipped.</summary>
    public long Last { get; private set; }

    /// <summary>Puts a plan in force.</summary>
    /// <param name="epoch">Its epoch.</param>
    /// <param name="depth">Number of its stages.</param>
    public void Enter(long epoch, int depth) => (Epoch, Depth) = (epoch, Math.Min(depth, _steps.Length));

    /// <summary>Continues the numbers of another router.</summary>
    public void ContinueAfter(long last) => Last = last;

    /// <summary>Uses a number without a step.</summary>
    public long Skip() => ++Last;

    /// <summary>Takes a free slot for an empty step, unless the maximum number of steps is in flight.</summary>
    public bool TryTake(long now, [NotNullWhen(true)] out ScheduledStep? step)
    {
        step = null;
        if (InFlight >= Depth || !_free.TryPop(out step))
        {
            return false;
        }

        step.Clear(Epoch, Last + 1, now);
        return true;
    }

    /// <summary>Assigns the next number to the step that was taken last, which is about to be sent.</summary>
    public Step Start(ScheduledStep step)
    {
        Last++;
        return step.Step;
    }

    /// <summary>Finds a step in flight.</summary>
    public ScheduledStep Find(Step step)
    {
        int slot = 0;
        while (_steps[slot].Step != step)
        {
            slot++;
        }

        return _steps[slot];
    }

    /// <summary>Frees the slot of a step.</summary>
    public void Return(ScheduledStep step)
    {
        step.Sequences.Clear();
        _free.Push(step);
    }
}
