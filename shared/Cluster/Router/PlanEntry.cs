using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Engine.Scheduling;

namespace OrleansInference.Cluster.Router;

/// <summary>Brings a saved plan into force: its stages join it and prove the pages that they hold, and lost pages are restored.</summary>
internal sealed class PlanEntry(Scheduler scheduler, Outbox<ControlKey> outbox, CoordinatorOptions options, DeviceWatch devices)
{
    private readonly JoinedStages _joined = new();
    private readonly PageReplay _replay = new(scheduler, outbox, options);
    private PipelinePlan _plan = null!;
    private PipelinePlan? _base; // the plan whose page contents are valid
    private RouterHandover? _inherited;

    /// <summary>The phase of the plan; <see cref="PlanPhase.Serving"/> once it can come into force.</summary>
    public PlanPhase Phase { get; private set; }

    /// <summary>Time at which the last stage joined.</summary>
    public TimeSpan JoinedAt { get; private set; }

    /// <summary>Runs of layers whose pages were lost.</summary>
    public List<LayerRange> Missing => _joined.Missing;

    /// <summary>Sequences restored, by <see cref="RecoveryStrategy"/>.</summary>
    public long[] Recovered => _replay.Recovered;

    /// <summary>Number of pages that were dropped because a stage did not prove them.</summary>
    public long UnprovenPages { get; private set; }

    /// <summary>Adds devices that may have computed more steps than the stage whose inventory was inherited. The inventory is not valid for them.</summary>
    public void AddAhead(IEnumerable<DeviceLife> ahead) => _joined.AddAhead(ahead);

    /// <summary>Clears the devices that were ahead: the pages of every device are those of the plan in force.</summary>
    public void ClearAhead() => _joined.ClearAhead();

    /// <summary>Asks the stages of a plan to join it.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="basis">The plan that pages were computed under; null where there is none.</param>
    /// <param name="inherited">Handover of the previous router; null if this router continues.</param>
    /// <param name="dropped">Page transfers of dropped steps.</param>
    /// <param name="now">The current time.</param>
    public void Begin(PipelinePlan plan, PipelinePlan? basis, RouterHandover? inherited, IEnumerable<DroppedTransfers> dropped, TimeSpan now)
    {
        _plan = plan;
        _base = basis;
        _inherited = inherited;
        _joined.Clear();
        Phase = PlanPhase.Joining;
        scheduler.Enter(plan.Epoch, plan.Stages.Count);
        JoinPlan join = new(plan, basis?.Epoch ?? 0, scheduler.LastStep + 1, [.. dropped]);
        foreach (StageAssignment stage in plan.Stages)
        {
            devices.RestartSilence(stage.Device, now);
            outbox.Send(new ControlKey(ControlKeyKind.Join, stage.Device.Device), Address.Device(stage.Device.Device), join, now);
        }
    }

    /// <summary>Abandons the plan.</summary>
    public void Clear() => Phase = PlanPhase.Waiting;

    public bool HasJoined(DeviceLife device) => _joined.Contains(device);

    public void On(Joined joined, TimeSpan now)
    {
        if (Phase != PlanPhase.Joining || joined.Epoch != _plan.Epoch || !_plan.Has(joined.Device))
        {
            return;
        }

        outbox.Remove(new ControlKey(ControlKeyKind.Join, joined.Device.Device));
        _joined.Add(joined);
        if (_joined.Count == _plan.Stages.Count)
        {
            JoinedAt = now;
            _joined.FindMissing(_plan, _base);
            DropUnproven();
            StartReplay(now);
        }
    }

    public void On(JournalReply reply, TimeSpan now)
    {
        if (Phase == PlanPhase.Asking && reply.Epoch == _plan.Epoch && _replay.Add(reply))
        {
            Replay(now);
        }
    }

    public void On(JournalMiss miss, TimeSpan now)
    {
        if (Phase == PlanPhase.Replaying && miss.Epoch == _plan.Epoch && _replay.OnMiss(miss))
        {
            PumpReplay(now);
        }
    }

    public void On(Replayed replayed, TimeSpan now)
    {
        if (Phase == PlanPhase.Replaying && replayed.Epoch == _plan.Epoch)
        {
            _replay.OnReplayed(replayed);
            PumpReplay(now);
        }
    }

    /// <summary>
    /// Drops the pages that some stage does not prove. Pages are inherited, and kept from one plan to the next, only where every stage that has them proves that their contents are
    /// those that this router has recorded. Sequences that used dropped pages are recomputed.
    /// </summary>
    private void DropUnproven()
    {
        HashSet<int> unproven = _joined.FindUnproven(scheduler.Pages.Published.List());
        if (unproven.Count == 0)
        {
            return;
        }

        UnprovenPages += unproven.Count;
        scheduler.Forget(unproven);
    }

    private void StartReplay(TimeSpan now)
    {
        IEnumerable<(int[] Tokens, int[] Pages)> inherited = _inherited is null ? [] : PreviousRouter.Contexts(_inherited, scheduler.Pages);
        if (Missing.Count == 0)
        {
            _replay.Clear();
            Phase = PlanPhase.Serving;
        }
        else if (_replay.Begin(_plan, Missing, inherited, HasJournal, now))
        {
            Phase = PlanPhase.Asking;
        }
        else
        {
            Replay(now);
        }

        bool HasJournal(LayerRange range) => RecoveryPlanner.JournalBefore(_base, range, _plan) is { } device && _joined.HoldsBase(device);
    }

    private void Replay(TimeSpan now)
    {
        Phase = PlanPhase.Replaying;
        _replay.ChooseStrategies();
        PumpReplay(now);
    }

    private void PumpReplay(TimeSpan now)
    {
        if (_replay.Pump(now))
        {
            Phase = PlanPhase.Serving;
        }
    }
}
