using OrleansInference.Compute;
using OrleansInference.Serving.Routing;

namespace OrleansInference.Serving.Control;

/// <summary>A router that leaves ends between two steps and tells the next one what is in the pages, so that nothing is computed again but what fills no page.</summary>
internal sealed partial class PipelineControl
{
    private readonly HashSet<int> _greeted = []; // devices that know of this router
    private RouterHandover? _inherited;
    private PipelinePlan? _prepared;
    private TimeSpan? _leaveBy;

    /// <summary>What the next router needs, once this one has ended for it.</summary>
    public RouterHandover? Handover { get; private set; }

    /// <summary>Pages that the router before has left with their contents, and this one has found so.</summary>
    public int InheritedPages { get; private set; }

    /// <summary>Not while a loss is made good.</summary>
    private bool ArePagesWhole => Phase is ControlPhase.Serving or ControlPhase.Border or ControlPhase.Moving;

    /// <summary>Ends when no step is under way and no plan is being changed, or soon without waiting for that.</summary>
    public void Leave(TimeSpan now)
    {
        _now = now;
        _leaveBy ??= now + _options.LeaveWithin;
        Pump();
    }

    private void LeaveIfDue()
    {
        if (Phase == ControlPhase.Serving && _leaveBy is not null && _inFlight.Count == 0)
        {
            EndForNext();
        }
        else if (Phase != ControlPhase.Stopped && _now >= _leaveBy)
        {
            bool whole = ArePagesWhole;
            DropSteps();
            if (whole)
            {
                EndForNext();
            }

            Stop();
        }
    }

    /// <summary>A later router has its first plan in force: where it goes on after this one, it asks for what is in the pages.</summary>
    private void EndForLater()
    {
        if (ArePagesWhole)
        {
            Leave(_now);
        }
        else
        {
            Stop();
        }
    }

    private void EndForNext()
    {
        _router.ForgetPendingRestores();
        Handover = new RouterHandover(_inForce!, _router.LastStep, _router.Pages.Published()) { Tips = [.. Tips()], Secret = _roots?.Secret ?? [] };
        Stop();
    }

    private IEnumerable<int> Tips()
    {
        foreach (Sequence sequence in _router.Running)
        {
            int full = sequence.Computed / KvLayout.PageTokens;
            if (full > 0)
            {
                yield return sequence.Pages.Pages[full - 1];
            }
        }
    }

    /// <summary>Begins with the plan before and what is in its pages. Whether that still holds the stages say when they join.</summary>
    private void Inherit(RouterHandover inherited, PipelinePlan? prepared)
    {
        _inherited = inherited;
        // Another one where the router before had saved a plan that it did not come to.
        _prepared = prepared?.SameStages(inherited.Plan.Stages) == true ? prepared : null;
        _epoch = Math.Max(_epoch, prepared?.Epoch ?? 0);
        _inForce = inherited.Plan;
        if (_roots is not null && inherited.Secret.Length > 0)
        {
            _roots.Secret = inherited.Secret;
        }

        _router.TakeOver(inherited.LastStep, inherited.Pages);
        Begin(inherited.Plan);
    }

    /// <summary>Goes on with the stages of the plan before, where all of them are still there: what a better plan moves is copied later.</summary>
    private bool TryGoOn(HashSet<DeviceLife> usable)
    {
        if (_inherited is null || !_inForce!.Stages.All(stage => usable.Contains(stage.Device)))
        {
            return false;
        }

        if (_prepared is { } prepared && prepared.Epoch == _epoch)
        {
            _prepared = null;
            _target = prepared;
            Join();
        }
        else
        {
            Save(NextPlan(_inForce.Stages));
        }

        return true;
    }

    private void NoteInherited()
    {
        if (_inherited is not null)
        {
            InheritedPages = _inherited.Pages.Count(page => _router.Pages.IsPublished(page.Page));
            _inherited = null;
        }
    }

    /// <summary>Says to each device once that this is the router from now on: the sessions of its node hand in what they want.</summary>
    private void Greet(IReadOnlyList<DeviceLife> devices)
    {
        foreach (DeviceLife device in devices)
        {
            if (_greeted.Add(device.Device))
            {
                _port.Send(Address.Device(device.Device), new Probe(_self));
            }
        }
    }
}
