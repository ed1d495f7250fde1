using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Engine.KvCache;
using OrleansInference.Engine.Scheduling;

namespace OrleansInference.Cluster.Router;

/// <summary>
/// Forms the next plan in force, after the start of the router or the loss of a device: reads the state of the previous router, chooses the stages, saves the plan, and has the stages
/// join it.
/// </summary>
internal sealed class PlanFormation
{
    private const int InventoryTimeoutFactor = 5; // multiple of LostAfter: the stage may be in a long step
    private const int BoundariesOfStage = 2; // in addition to its own; they include the boundaries of a few earlier plans

    private readonly int _self;
    private readonly Scheduler _scheduler;
    private readonly CoordinatorOptions _options;
    private readonly TenantRoots? _roots;
    private readonly Outbox<ControlKey> _outbox;
    private readonly DeviceWatch _devices;
    private readonly StageChooser _chooser;
    private readonly StepsInFlight _steps;
    private readonly PageVerifier _verifier;
    private readonly PlanEntry _entry;
    private readonly PreviousRouter _previous;
    private RouterHandover? _inherited; // null once a plan of this router is in force
    private PipelinePlan? _prepared; // this router's first plan, if it is already in force
    private PipelinePlan? _last; // the last plan of the previous router
    private long _epoch; // the highest epoch that was used
    private TimeSpan? _lostAt; // time of the loss; null when no recovery is in progress
    private TimeSpan _savedAt;
    private long[] _recovered = new long[3]; // sequences by strategy, up to the last plan in force
    private bool _shortageReported; // no plan is possible, and this was reported

    public PlanFormation(
        int self,
        Scheduler scheduler,
        CoordinatorOptions options,
        TenantRoots? roots,
        Outbox<ControlKey> outbox,
        DeviceWatch devices,
        StageChooser chooser,
        StepsInFlight steps,
        PageVerifier verifier)
    {
        _self = self;
        _scheduler = scheduler;
        _options = options;
        _roots = roots;
        _outbox = outbox;
        _devices = devices;
        _chooser = chooser;
        _steps = steps;
        _verifier = verifier;
        _entry = new PlanEntry(scheduler, outbox, options, devices);
        _previous = new PreviousRouter(self, outbox);
    }

    /// <summary>The phase of the plan; <see cref="PlanPhase.Serving"/> while it is in force.</summary>
    public PlanPhase Phase { get; private set; } = PlanPhase.Reading;

    /// <summary>The plan whose page contents are valid: the one in force, or the last one.</summary>
    public PipelinePlan? InForce { get; private set; }

    /// <summary>The plan that comes into force once it is saved and joined.</summary>
    public PipelinePlan? Target { get; private set; }

    /// <summary>The plan of the previous router, while its pages are requested.</summary>
    public PipelinePlan? Previous => _previous.Plan;

    /// <summary>The device whose page inventory is requested.</summary>
    public DeviceLife? Asked => Phase == PlanPhase.Reading ? _previous.Asked : null;

    public PlanEntry Entry => _entry;

    /// <summary>Receives plans and losses; null if not needed.</summary>
    public IControlEvents? Events { get; set; }

    /// <summary>Number of losses that ended with a plan in force.</summary>
    public long Recoveries { get; private set; }

    /// <summary>Time of the recoveries, by part.</summary>
    public RecoveryTimes RecoveryTimes { get; private set; }

    /// <summary>Number of pages that this router took over from the previous one with their contents.</summary>
    public int InheritedPages { get; private set; }

    /// <summary>Adds time that stages spent on pages that are recomputed in steps.</summary>
    public void CountInline(TimeSpan computing) => RecoveryTimes += new RecoveryTimes(default, default, default, computing);

    /// <summary>Starts: reads the plan that was in force.</summary>
    /// <param name="inherited">Handover of the previous router; null if it was lost.</param>
    /// <param name="prepared">This router's first plan, with the stages of its predecessor, where it is already in force.</param>
    /// <param name="now">The current time.</param>
    public void Start(RouterHandover? inherited, PipelinePlan? prepared, TimeSpan now)
    {
        if (inherited is not null)
        {
            Inherit(inherited, prepared, now);
        }
        else
        {
            _outbox.Send(new ControlKey(ControlKeyKind.Plan), Address.PlanStore, new ReadPlan(_self), now);
        }
    }

    public void On(PlanRead read, TimeSpan now)
    {
        if (read.Plan is null)
        {
            Begin(null, now);
        }
        else if (Phase == PlanPhase.Reading && _previous.Plan is null)
        {
            _outbox.Clear();
            _epoch = read.Plan.Epoch;
            _previous.Plan = read.Plan;
            RequestPages(now);
        }
    }

    /// <summary>Requests the page inventory of a stage of the previous router, until one has answered. The caller calls it whenever a device joined or was lost.</summary>
    public void RequestPages(TimeSpan now)
    {
        if (Phase == PlanPhase.Reading && _previous.Plan is not null && (_devices.HasMembers || _devices.HasDraining) && !_previous.Ask(_devices, now))
        {
            Begin(_previous.Plan, now);
        }
    }

    /// <summary>Stops waiting for a device that is present and does not answer. Devices of an earlier version do not answer.</summary>
    public void StopRequestingPages(TimeSpan now)
    {
        if (Phase == PlanPhase.Reading && _previous.IsOverdue(InventoryTimeoutFactor * _options.LostAfter, now))
        {
            Begin(_previous.Plan, now);
        }
    }

    public void On(PageInventoryReply reply, TimeSpan now)
    {
        // An earlier stage than the one that was asked may be present again.
        RequestPages(now);
        if (Phase != PlanPhase.Reading || reply.Device != _previous.Asked)
        {
            return;
        }

        switch (_previous.Take(reply))
        {
            case InventoryOutcome.AskNext:
                RequestPages(now);
                break;
            case InventoryOutcome.Inherits:
                _entry.AddAhead(_previous.StagesBefore(reply.Device));
                Inherit(reply.Handover!, null, now);
                break;
            default:
                Begin(_previous.Plan, now);
                break;
        }
    }

    /// <summary>Records that a device of the plan was lost, or found pages corrupted. The time of the recovery counts from here.</summary>
    public void RecordLoss(TimeSpan now) => _lostAt ??= now;

    /// <summary>Forms the next plan, now or when there are enough devices.</summary>
    public void Recover(TimeSpan now)
    {
        _steps.Drop();
        _verifier.End();
        _outbox.Clear();
        _entry.Clear();
        Target = null;
        Phase = PlanPhase.Waiting;
        if (TryContinue(now))
        {
            return;
        }

        if (_inherited is not null)
        {
            RecordLoss(now); // the device was lost together with the previous router
        }

        bool computed = _inherited is not null || _scheduler.Running.Any(static sequence => sequence.Computed > 0);
        IReadOnlyList<StageAssignment>? stages = _chooser.AfterLoss(InForce, (InForce ?? _last)?.Stages, computed, out IReadOnlyList<StageAssignment>? best);
        if (stages is not null)
        {
            Save(Next(stages, best), now);
        }
        else if (!_shortageReported && _devices.HasMembers)
        {
            _shortageReported = true;
            Events?.OnNoPlan(_chooser.Shortage);
        }
    }

    /// <summary>Returns a plan of the next epoch.</summary>
    /// <param name="stages">Its stages.</param>
    /// <param name="later">Stages of the plan that is likely to follow.</param>
    public PipelinePlan Next(IReadOnlyList<StageAssignment> stages, IReadOnlyList<StageAssignment>? later = null)
    {
        _epoch = Epochs.After(_epoch, _self);
        PipelinePlan plan = new(_epoch, _self, stages);
        PipelinePlan? before = InForce ?? _last;
        IEnumerable<int> likely = [.. Firsts(later), .. Firsts(before?.Stages), .. before?.Boundaries ?? []];
        return plan with { Boundaries = [.. likely.Where(layer => layer > 0 && !plan.KeepsBefore(layer)).Distinct().Take(BoundariesOfStage * (stages.Count + 1))] };

        static IEnumerable<int> Firsts(IReadOnlyList<StageAssignment>? stages) => stages?.Select(static stage => stage.Layers.First) ?? [];
    }

    public void On(PlanSaved saved, TimeSpan now)
    {
        if (Phase != PlanPhase.Saving)
        {
            return;
        }

        if (saved.Plan.Router < _self)
        {
            // The previous router saved a plan first. Its epochs are used, so the next plan gets a later one.
            _epoch = Math.Max(_epoch, saved.Plan.Epoch);
            Recover(now);
        }
        else if (saved.Plan.Epoch == Target!.Epoch)
        {
            Join(Target, now);
        }
    }

    /// <summary>Has the stages join a plan whose pages were migrated to them.</summary>
    public void Enter(PipelinePlan migrated, TimeSpan now)
    {
        InForce = migrated;
        _entry.ClearAhead();
        Join(migrated, now);
    }

    /// <summary>Advances the phase of the target.</summary>
    /// <returns>Whether a plan came into force.</returns>
    public bool Advance(TimeSpan now)
    {
        if (Phase is not (PlanPhase.Joining or PlanPhase.Asking or PlanPhase.Replaying) || (Phase = _entry.Phase) != PlanPhase.Serving)
        {
            return false;
        }

        Events?.OnPlanInForce(Target!);
        if (_lostAt is { } lost)
        {
            RecoveryTimes times = new(_savedAt - lost, _entry.JoinedAt - _savedAt, now - _entry.JoinedAt);
            RecoveryTimes += times;
            Events?.OnRecovered(times, [.. _entry.Recovered.Zip(_recovered, static (now, before) => now - before)]);
            _lostAt = null;
        }

        _recovered = [.. _entry.Recovered];

        Recoveries += InForce is null || _entry.Missing.Count == 0 ? 0 : 1;
        if (_inherited is not null)
        {
            InheritedPages = _inherited.Pages.Count(page => _scheduler.Pages.Published.Contains(page.Page));
            _inherited = null;
        }

        InForce = Target!;
        Target = null;
        _entry.ClearAhead();
        _chooser.OnPlanInForce(InForce, _entry.Missing);
        _steps.OnPlanInForce();
        return true;
    }

    private void Begin(PipelinePlan? stored, TimeSpan now)
    {
        if (Phase != PlanPhase.Reading)
        {
            return;
        }

        _outbox.Clear();
        _previous.Plan = null;
        _epoch = Math.Max(_epoch, stored?.Epoch ?? 0);
        _last = stored;
        Recover(now);
    }

    /// <summary>Starts with the previous plan and the contents of its pages. The stages prove the pages when they join.</summary>
    private void Inherit(RouterHandover inherited, PipelinePlan? prepared, TimeSpan now)
    {
        _inherited = inherited;
        // The prepared plan is unusable where the previous router had saved another plan that did not come into force.
        _prepared = prepared?.SameStages(inherited.Plan.Stages) == true ? prepared : null;
        _epoch = Math.Max(_epoch, prepared?.Epoch ?? 0);
        InForce = inherited.Plan;
        if (_roots is not null && inherited.Secret.Length > 0)
        {
            _roots.Secret = inherited.Secret;
        }

        _scheduler.TakeOver(inherited.LastStep, inherited.Pages);
        Begin(inherited.Plan, now);
    }

    /// <summary>Continues with the stages of the previous plan, if all of them are present. A better plan follows as a migration, which copies pages.</summary>
    private bool TryContinue(TimeSpan now)
    {
        HashSet<DeviceLife> usable = _devices.Usable();
        if (_inherited is null || !InForce!.Stages.All(stage => usable.Contains(stage.Device)))
        {
            return false;
        }

        if (_prepared is { } prepared && prepared.Epoch == _epoch)
        {
            _prepared = null;
            Join(prepared, now);
        }
        else
        {
            Save(Next(InForce.Stages), now);
        }

        return true;
    }

    private void Save(PipelinePlan plan, TimeSpan now)
    {
        Target = plan;
        _shortageReported = false;
        Events?.OnPlanMade(plan, _lostAt is not null && _inherited is null ? PlanReason.Loss : PlanReason.Start);
        Phase = PlanPhase.Saving;
        _outbox.Send(new ControlKey(ControlKeyKind.Plan), Address.PlanStore, new SavePlan(plan), now);
    }

    /// <summary>Asks the stages of a saved plan to join it.</summary>
    private void Join(PipelinePlan plan, TimeSpan now)
    {
        _verifier.End();
        _outbox.Clear();
        _savedAt = now;
        Target = plan;
        _entry.Begin(plan, InForce, _inherited, _steps.Dropped, now);
        Phase = _entry.Phase;
    }
}
