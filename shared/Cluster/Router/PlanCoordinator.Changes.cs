using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;

namespace OrleansInference.Cluster.Router;

/// <summary>Changes of the plan: after losses, by migrations, and at the end of this activation.</summary>
public sealed partial class PlanCoordinator
{
    /// <summary>Looks for the plan that should be in force now: after a loss immediately, otherwise by a migration.</summary>
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

    private void Lose(DeviceLife device)
    {
        _devices.Lose(device);
        PipelinePlan? needed = Phase switch
        {
            PlanPhase.Serving or PlanPhase.Boundary or PlanPhase.Moving => Plan,
            PlanPhase.Saving or PlanPhase.Joining or PlanPhase.Asking or PlanPhase.Replaying => _formation.Target,
            _ => null,
        };
        if (needed?.Has(device) == true)
        {
            Events?.OnDeviceLost(device);
            _formation.NoteLoss(_now);
            Recover();
        }
        else if (_migration.Plan?.Has(device) == true)
        {
            AbandonMigration();
        }

        _formation.AskForPages(_now);
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
            EndForLater();
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

    /// <summary>Corrupted pages: the plan begins again with the pages that are proven.</summary>
    private void On(PagesCorrupted corrupted)
    {
        if (ArePagesWhole && corrupted.Epoch == Plan!.Epoch && Plan.Has(corrupted.Device))
        {
            _formation.NoteLoss(_now);
            Recover();
            _scheduler.RestartUsers(corrupted.Pages.ToHashSet());
        }
    }

    private void On(PagesVerified verified)
    {
        if (verified.Epoch == Plan?.Epoch && _verifier.OnVerified(verified, _now) && ArePagesWhole)
        {
            _formation.NoteLoss(_now);
            Recover();
        }
    }

    private void Migrate(IReadOnlyList<StageAssignment> stages)
    {
        foreach (StageAssignment stage in stages)
        {
            _devices.Expect(stage.Device, _now);
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

    /// <summary>All steps have come back: the last dirty pages move.</summary>
    private void Freeze()
    {
        _scheduler.ForgetPendingRestores();
        _migration.Freeze(_scheduler.LastStep, _now);
        EndMoving();
    }

    /// <summary>From here on the new plan's devices hold everything.</summary>
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
        Saw(refused.Device);
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

    /// <summary>While there is no plan at all, devices are asked again for what they refused: memory may be free again.</summary>
    private void AskRefusedAgain()
    {
        if (Phase == PlanPhase.Waiting && _chooser.ForgetOldRefusals(_options.AskAgainAfter, _now))
        {
            Replan();
        }
    }

    private void LeaveIfDue()
    {
        if (Phase == PlanPhase.Serving && _leaveBy is not null && _steps.Count == 0)
        {
            EndForNext();
        }
        else if (Phase != PlanPhase.Stopped && _now >= _leaveBy)
        {
            bool whole = ArePagesWhole;
            _steps.Drop();
            if (whole)
            {
                EndForNext();
            }

            Stop();
        }
    }

    /// <summary>A later router has its first plan in force: if it continues after this one, it asks for the contents of the pages.</summary>
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
