using System.Diagnostics.CodeAnalysis;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Engine.KvCache;
using OrleansInference.Engine.Scheduling;
using OrleansInference.Engine.Steps;

namespace OrleansInference.Cluster.Router;

/// <summary>The steps that the stages compute. They complete in the order of their numbers, or are all dropped.</summary>
internal sealed class StepsInFlight(Scheduler scheduler, Outbox<ControlKey> outbox, TenantRoots? roots)
{
    private readonly Queue<Step> _steps = new();
    private readonly Dictionary<long, StepDone> _results = []; // by step, of steps that overtook an earlier one
    private readonly List<DroppedTransfers> _dropped = [];
    private readonly StepMeter _meter = new();
    private bool _contentsSent; // whether the stages were sent the contents of all pages

    public int Count => _steps.Count;

    /// <summary>Time of the steps, by part.</summary>
    public StepTimes Times => _meter.Times;

    /// <summary>Page transfers of dropped steps since the plan came into force.</summary>
    public IReadOnlyList<DroppedTransfers> Dropped => _dropped;

    /// <summary>Sends a step to the first stage.</summary>
    /// <param name="step">The step.</param>
    /// <param name="first">The device of the first stage.</param>
    /// <param name="now">The current time, for repetitions.</param>
    /// <param name="measured">The current time, for measurements.</param>
    public void Send(Step step, DeviceLife first, TimeSpan now, TimeSpan measured)
    {
        _steps.Enqueue(step);
        StepForward message = new(step.Copy(), [], step.Number - _steps.Count) { Delta = TakeDelta(), Traces = scheduler.TracesOf(step) };
        outbox.Send(new ControlKey(ControlKeyKind.Step, step.Number), Address.Device(first.Device), message, now);
        _meter.Begin(step.Number, measured);
    }

    /// <summary>Adds a result. <see cref="TryComplete"/> then returns the complete steps in order.</summary>
    public void Add(StepDone done, TimeSpan arrived, int stages)
    {
        if (_steps.Count == 0 || done.Step < _steps.Peek().Number)
        {
            return;
        }

        outbox.Remove(new ControlKey(ControlKeyKind.Step, done.Step));
        _meter.End(done, arrived, stages);
        _results.TryAdd(done.Step, done);
    }

    /// <summary>Returns the next complete step with its result.</summary>
    public bool TryComplete([NotNullWhen(true)] out Step? step, [NotNullWhen(true)] out StepDone? done)
    {
        done = null;
        if (!_steps.TryPeek(out step) || !_results.Remove(step.Number, out done))
        {
            return false;
        }

        _steps.Dequeue();
        return true;
    }

    /// <summary>Drops the steps. Their page transfers are kept: stages that have not computed these steps carry the transfers out before the pages are used.</summary>
    public void Drop()
    {
        while (_steps.TryDequeue(out Step? step))
        {
            outbox.Remove(new ControlKey(ControlKeyKind.Step, step.Number));
            Keep(step.Number, step.Transfers.ToArray());
            scheduler.Drop(step);
        }

        _results.Clear();
        _meter.Clear();
        Keep(scheduler.SkipStep(), scheduler.Pages.Transfers.Pending.ToArray());
        scheduler.Pages.Transfers.Clear();
    }

    /// <summary>Resets the state for a plan that came into force: its stages have carried out the dropped transfers, and have not been sent the contents of the pages.</summary>
    public void OnPlanInForce()
    {
        _dropped.Clear();
        _contentsSent = false;
    }

    /// <summary>Returns the page contents for the stages: all pages with the first step of a plan, then the changes.</summary>
    private PageDelta TakeDelta()
    {
        if (_contentsSent)
        {
            return scheduler.Pages.Published.TakeDelta();
        }

        _contentsSent = true;
        return scheduler.Pages.Published.TakeFullDelta() with { Secret = roots?.Secret ?? [] };
    }

    private void Keep(long step, PageTransfer[] transfers)
    {
        if (transfers.Length > 0)
        {
            _dropped.Add(new DroppedTransfers(step, transfers));
        }
    }
}
