using System.Diagnostics.CodeAnalysis;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Engine.KvCache;
using OrleansInference.Engine.Scheduling;
using OrleansInference.Engine.Steps;

namespace OrleansInference.Cluster.Router;

/// <summary>The steps that the stages compute: they come back in the order of their numbers, or are all dropped.</summary>
internal sealed class StepsInFlight(Scheduler scheduler, Outbox<ControlKey> outbox, TenantRoots? roots)
{
    private readonly Queue<Step> _steps = new();
    private readonly Dictionary<long, StepDone> _results = []; // of steps that overtook an earlier one
    private readonly List<DroppedTransfers> _dropped = [];
    private readonly StepMeter _meter = new();
    private bool _knowPages; // whether the stages know what is in the pages

    public int Count => _steps.Count;

    /// <summary>Where the time of steps went.</summary>
    public StepTimes Times => _meter.Times;

    /// <summary>Page transfers of dropped steps since the plan in force began.</summary>
    public IReadOnlyList<DroppedTransfers> Dropped => _dropped;

    /// <summary>Sends a step to the first stage.</summary>
    /// <param name="step">The step.</param>
    /// <param name="first">The device of the first stage.</param>
    /// <param name="now">The time of repetitions.</param>
    /// <param name="measured">The time for measurements.</param>
    public void Send(Step step, DeviceLife first, TimeSpan now, TimeSpan measured)
    {
        _steps.Enqueue(step);
        StepForward message = new(step.Copy(), [], step.Number - _steps.Count) { Delta = TakeDelta(), Traces = scheduler.TracesOf(step) };
        outbox.Send(new ControlKey(ControlKeyKind.Step, step.Number), Address.Device(first.Device), message, now);
        _meter.Begin(step.Number, measured);
    }

    /// <summary>Takes a result. <see cref="TryComplete"/> then returns the steps that are complete in their order.</summary>
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

    /// <summary>Returns the next complete step with what its stages made of it.</summary>
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

    /// <summary>Drops the steps. Their page transfers are kept: stages that had not come to them carry them out before the pages are used.</summary>
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

    /// <summary>A plan came into force: its stages have carried out the dropped transfers, and do not know what is in the pages.</summary>
    public void OnPlanInForce()
    {
        _dropped.Clear();
        _knowPages = false;
    }

    /// <summary>Changes of the page contents for the stages: with a plan's first step everything, then what has changed.</summary>
    private PageDelta TakeDelta()
    {
        if (_knowPages)
        {
            return scheduler.Pages.Published.TakeDelta();
        }

        _knowPages = true;
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
