using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;

namespace OrleansInference.Cluster.Router;

/// <summary>Changes of the plan: after losses, by migrations, and at the end of this activation.</summary>
public sealed partial class PlanCoordinator
{
    /// <summary>Changes to the plan that should be in force now: after a loss by a recovery, otherwise by a migration.</summary>
    private void Replan()
    {
        if (Phase == PlanPhase.Waiting)
        {
            Recover();
        }
        else if (Phase == PlanPhase.Serving && _migration.Plan is null && _chooser.Better(Plan!) is { } stages)
        {
            Migrate(stages);
        }
    }

    private void OnDeviceLost(DeviceLife device)
    {
        _devices.MarkLost(device);
        PipelinePlan? needed = Phase switch
        {
            PlanPhase.Serving or PlanPhase.Boundary or PlanPhase.Moving => Plan,
            PlanPhase.Saving or PlanPhase.Joining or PlanPhase.Asking or PlanPhase.Replaying => _formation.Target,
            _ => null,
        };
        if (needed?.Has(device) == true)
        {
            Events?.OnDeviceLost(device);
            _formation.RecordLoss(_now);
            Recover();
        }
        else if (_migration.Plan?.Has(device) == true)
        {
            AbandonMigration();
        }

        _formation.RequestPages(_now);
    }

    private void Recover()
    {
        _migration.Clear();
        _formation.Recover(_now);
    }

    private void On(PlanSaved saved)
    {
        if (saved.Plan.Router > _self)
        {
            OnSuperseded();
        }

        if (Phase == PlanPhase.Serving)
        {
            _migration.OnSaved(saved);
        }

        if (Phase == PlanPhase.Saving)
        {
            _formation.On(saved, _now);
        }
    }

    private void OnPlanInForce()
    {
        _verifier.Begin();
        Replan();
    }

    /// <summary>Handles corrupted pages: a recovery starts again from the pages that the stages prove.</summary>
    private void On(PagesCorrupted corrupted)
    {
        if (ArePagesComplete && corrupted.Epoch == Plan!.Epoch && Plan.Has(corrupted.Device))
        {
            _formation.RecordLoss(_now);
            Recover();
            _scheduler.RestartUsers(corrupted.Pages.ToHashSet());
        }
    }

    private void On(PagesVerified verified)
    {
        if (verified.Epoch == Plan?.Epoch && _verifier.OnVerified(verified, _now) && ArePagesComplete)
        {
            _formation.RecordLoss(_now);
            Recover();
        }
    }

    private void Migrate(IReadOnlyList<StageAssignment> stages)
    {
        foreach (StageAssignment stage in stages)
        {
            _devices.RestartSilence(stage.Device, _now);
        }

        PipelinePlan plan = _formation.Next(stages);
        Events?.OnPlanMade(plan, PlanReason.Change);
        _migration.Begin(plan, _now);
    }

    private void AbandonMigration()
    {
        Events?.OnPlanDropped(_migration.Plan!);
        _migration.Abandon(Plan!);
        Replan();
    }

    private void On(LayersLoaded loaded)
    {
        if (Plan is not null && _migration.OnLoaded(loaded, Plan, _now))
        {
            SaveMigration();
        }
    }

    private void On(PagesCopied copied)
    {
        if ((copied.Final && Phase != PlanPhase.Moving) || !_migration.OnCopied(copied))
        {
            return;
        }

        if (copied.Final)
        {
            EndMoving();
        }
        else
        {
            SaveMigration();
        }
    }

    private void SaveMigration()
    {
        if (_migration.IsCopied && Phase == PlanPhase.Serving)
        {
            _migration.Save(_now);
        }
    }

    /// <summary>Copies the remaining dirty pages. All steps are complete.</summary>
    private void Freeze()
    {
        _scheduler.ForgetPendingRestores();
        _migration.Freeze(_scheduler.LastStep, _now);
        EndMoving();
    }

    /// <summary>Enters the new plan: its devices hold all pages.</summary>
    private void EndMoving()
    {
        if (_migration.IsCopied)
        {
            PipelinePlan plan = _migration.Plan!;
            _migration.Clear();
            Migrations++;
            _formation.Enter(plan, _now);
        }
    }

    private void On(LayersRefused refused)
    {
        OnSeen(refused.Device);
        PipelinePlan? target = _formation.Target;
        bool joins = Phase == PlanPhase.Joining && refused.Epoch == target!.Epoch && !_formation.Entry.HasJoined(refused.Device) && target.Has(refused.Device, refused.Layers);
        bool migrates = refused.Epoch == _migration.Plan?.Epoch && _migration.Plan.Has(refused.Device, refused.Layers);
        if (!joins && !migrates && !_chooser.Spares.Contains(new StageAssignment(refused.Device, refused.Layers)))
        {
            return;
        }

        _chooser.OnRefused(refused, joins, Plan, _now);
        if (joins)
        {
            Recover();
        }
        else if (migrates)
        {
            AbandonMigration();
        }
    }

    /// <summary>Forgets old refusals while there is no plan, so that devices are asked again: memory may be free again.</summary>
    private void RetryRefused()
    {
        if (Phase == PlanPhase.Waiting && _chooser.ForgetOldRefusals(_options.RefusalRetryDelay, _now))
        {
            Replan();
        }
    }

    private void LeaveIfDue()
    {
        if (Phase == PlanPhase.Serving && _leaveBy is not null && _steps.Count == 0)
        {
            HandOver();
        }
        else if (Phase != PlanPhase.Stopped && _now >= _leaveBy)
        {
            bool complete = ArePagesComplete;
            _steps.Drop();
            if (complete)
            {
                HandOver();
            }

            Stop();
        }
    }

    /// <summary>Ends this activation after a later router has saved its first plan. If the pages are complete, this router hands its state over.</summary>
    private void OnSuperseded()
    {
        if (ArePagesComplete)
        {
            Leave(_now);
        }
        else
        {
            Stop();
        }
    }

    private void HandOver()
    {
        _scheduler.ForgetPendingRestores();
        Handover = new RouterHandover(Plan!, _scheduler.LastStep, _scheduler.Pages.Published.List()) { Heads = _scheduler.Heads(), Secret = _roots?.Secret ?? [] };
        Stop();
    }

    private void Stop()
    {
        _stopped = true;
        _formation.Entry.Clear();
        _verifier.End();
        _outbox.Clear();
    }
}
