namespace OrleansInference.Serving.Control;

/// <summary>From the loss of a device to the next plan in force, and from a border to it.</summary>
internal sealed partial class PipelineControl
{
    private const int BordersOfStage = 2; // beside its own: those of a few plans before are among them

    private PipelinePlan? _last; // of the router before
    private TimeSpan? _lostAt; // while a loss is not made good
    private TimeSpan _savedAt;
    private TimeSpan _joinedAt;
    private long[] _recovered = new long[3]; // sequences by strategy, up to the last recovery
    private bool _isShort; // no plan is possible, which is known

    /// <summary>Looks for the plan that should hold now: after a loss at once, else by a migration.</summary>
    private void Replan()
    {
        if (Phase == ControlPhase.Waiting)
        {
            Recover();
        }
        else if (Phase == ControlPhase.Serving && _migration is null)
        {
            IReadOnlyList<StageAssignment>? stages = _source.Choose(_inForce!.Stages, Usable());
            if (stages is not null && !_inForce.SameStages(stages) && !IsCrowded(stages))
            {
                Migrate(stages);
            }
            else
            {
                ChooseSpares();
            }
        }
    }

    private void Lose(DeviceLife device)
    {
        _heard.Remove(device.Device);
        _lost.Add(device);
        _losses[device.Device] = _losses.GetValueOrDefault(device.Device) + 1;
        bool needed = Phase switch
        {
            ControlPhase.Serving or ControlPhase.Border or ControlPhase.Moving => Has(_inForce, device),
            ControlPhase.Saving or ControlPhase.Joining or ControlPhase.Asking or ControlPhase.Replaying => Has(_target, device),
            _ => false,
        };
        if (needed)
        {
            Events?.OnDeviceLost(device);
            _lostAt ??= _now;
            Recover();
        }
        else if (Has(_migration, device))
        {
            AbandonMigration();
        }

        AskForPages();
    }

    private static bool Has(PipelinePlan? plan, DeviceLife device) => plan?.Stages.Any(stage => stage.Device == device) == true;

    private HashSet<DeviceLife> Usable() => [.. _members.Where(device => !_lost.Contains(device))];

    private void Recover()
    {
        _migration = null;
        DropSteps();
        EndVerification();
        _outbox.Clear();
        _target = null;
        Phase = ControlPhase.Waiting;
        HashSet<DeviceLife> usable = Usable();
        if (TryGoOn(usable))
        {
            return;
        }

        if (_inherited is not null)
        {
            _lostAt ??= _now; // beside the router before
        }

        IReadOnlyList<StageAssignment>? before = (_inForce ?? _last)?.Stages;
        IReadOnlyList<StageAssignment>? best = null;
        IReadOnlyList<StageAssignment>? stages = SwitchToSpares(usable) ?? KeepPages(best = _source.Choose(before, usable), usable);
        if (stages is null && _draining.Count > 0)
        {
            // Who drains is still there, and goes when it can be done without.
            usable.UnionWith(_draining.Where(device => !_lost.Contains(device)));
            stages = _source.Choose(before, usable);
        }

        if (stages is not null)
        {
            Save(NextPlan(stages, best));
        }
        else if (!_isShort && _members.Count > 0)
        {
            _isShort = true;
            Events?.OnNoPlan(_source.Shortage);
        }
    }

    /// <summary>A plan of the next epoch.</summary>
    /// <param name="stages">Its stages.</param>
    /// <param name="later">Of the plan that is to follow it, as far as can be told.</param>
    private PipelinePlan NextPlan(IReadOnlyList<StageAssignment> stages, IReadOnlyList<StageAssignment>? later = null)
    {
        _epoch = Epochs.After(_epoch, _self);
        PipelinePlan plan = new(_epoch, _self, stages);
        PipelinePlan? before = _inForce ?? _last;
        IEnumerable<int> likely = [.. Firsts(later), .. Firsts(before?.Stages), .. before?.Borders ?? []];
        return plan with { Borders = [.. likely.Where(layer => layer > 0 && !plan.KeepsBefore(layer)).Distinct().Take(BordersOfStage * (stages.Count + 1))] };

        static IEnumerable<int> Firsts(IReadOnlyList<StageAssignment>? stages) => stages?.Select(static stage => stage.Layers.First) ?? [];
    }

    private void Save(PipelinePlan plan)
    {
        _target = plan;
        _isShort = false;
        Events?.OnPlanMade(plan, _lostAt is not null && _inherited is null ? PlanReason.Loss : PlanReason.Start);
        Phase = ControlPhase.Saving;
        _outbox.Send(new ControlKey(ControlKeyKind.Plan), Address.PlanStore, new SavePlan(plan), _now);
    }

    private void Saved(PlanSaved saved)
    {
        if (saved.Plan.Router > _self)
        {
            EndForLater();
        }

        if (Phase == ControlPhase.Serving)
        {
            SavedAhead(saved);
        }

        if (Phase != ControlPhase.Saving)
        {
            return;
        }

        if (saved.Plan.Router < _self)
        {
            // The router before this one was faster. Its epochs are used; go on after them.
            _epoch = Math.Max(_epoch, saved.Plan.Epoch);
            Recover();
            return;
        }

        if (saved.Plan.Epoch == _target!.Epoch)
        {
            Join();
        }
    }

    /// <summary>Asks the stages of the plan that is saved now to join it.</summary>
    private void Join()
    {
        EndVerification();
        _outbox.Clear();
        _joined.Clear();
        _savedAt = _now;
        Phase = ControlPhase.Joining;
        _router.Enter(_target!.Epoch, _target.Stages.Count);
        JoinPlan join = new(_target, _inForce?.Epoch ?? 0, _router.LastStep + 1, [.. _dropped]);
        foreach (StageAssignment stage in _target.Stages)
        {
            _heard[stage.Device.Device] = _now;
            _outbox.Send(new ControlKey(ControlKeyKind.Join, stage.Device.Device), Address.Device(stage.Device.Device), join, _now);
        }
    }

    private void Stop()
    {
        Phase = ControlPhase.Stopped;
        EndVerification();
        _outbox.Clear();
    }
}
