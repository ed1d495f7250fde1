using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Engine.KvCache;
using OrleansInference.Engine.Scheduling;
using OrleansInference.Engine.Steps;

namespace OrleansInference.Cluster.Router;

/// <summary>
/// The router's plans, as a state machine over messages. It sends the scheduler's steps through the plan in force and changes plans between two steps. When a device is lost, it drops
/// the steps in flight, puts a plan of the next epoch in force and restores the lost pages.
/// </summary>
/// <remarks>
/// A plan is in force once the plan store has saved it and all its stages have joined it. A later activation of the router ends this one by saving a plan: the store then refuses the
/// plans of this activation, and stages that have joined the later plan refuse its steps.
/// </remarks>
public sealed partial class PlanCoordinator
{
    private readonly int _self;
    private readonly Scheduler _scheduler;
    private readonly IControlPort _port;
    private readonly CoordinatorOptions _options;
    private readonly Func<TimeSpan> _clock;
    private readonly TenantRoots? _roots;
    private readonly Outbox<ControlKey> _outbox;
    private readonly DeviceWatch _devices = new();
    private readonly StepsInFlight _steps;
    private readonly StageChooser _chooser;
    private readonly PlanFormation _formation;
    private readonly Migration _migration;
    private readonly PageVerifier _verifier;
    private TimeSpan? _leaveBy;
    private TimeSpan _now;
    private TimeSpan _probed;
    private bool _stopped;

    /// <param name="self">Number of this activation of the router; a later one has a higher number.</param>
    /// <param name="scheduler">Forms the steps.</param>
    /// <param name="source">Chooses the stages of plans.</param>
    /// <param name="port">Sends the messages.</param>
    /// <param name="options">Times and costs.</param>
    /// <param name="clock">The current time, for measurements; by default the time passed with the message.</param>
    /// <param name="roots">Roots of the chains of pages, which must equal those of the previous router. Null where they are constant.</param>
    public PlanCoordinator(
        int self, Scheduler scheduler, IPlanSource source, IControlPort port, CoordinatorOptions options, Func<TimeSpan>? clock = null, TenantRoots? roots = null)
    {
        _self = self;
        _scheduler = scheduler;
        _port = port;
        _options = options;
        _clock = clock ?? (() => _now);
        _roots = roots;
        _outbox = new Outbox<ControlKey>(port, options.RepeatAfter);
        _steps = new StepsInFlight(scheduler, _outbox, roots);
        _chooser = new StageChooser(self, scheduler, source, port, _devices);
        _migration = new Migration(self, _outbox);
        _verifier = new PageVerifier(options.VerifyPages, scheduler, _outbox);
        _formation = new PlanFormation(self, scheduler, options, roots, _outbox, _devices, _chooser, _steps, _verifier);
    }

    /// <summary>Number of this activation.</summary>
    public int Self => _self;

    /// <summary>Receives plans and losses; null if not needed.</summary>
    public IControlEvents? Events
    {
        get => _formation.Events;
        init => _formation.Events = value;
    }

    public PlanPhase Phase => _stopped ? PlanPhase.Stopped : _formation.Phase == PlanPhase.Serving ? _migration.Phase : _formation.Phase;

    /// <summary>The plan in force, or the last one.</summary>
    public PipelinePlan? Plan => _formation.InForce;

    /// <summary>The state for the next router; null until this one has ended for it.</summary>
    public RouterHandover? Handover { get; private set; }

    /// <summary>Number of pages that this router took over from the previous one with their contents.</summary>
    public int InheritedPages => _formation.InheritedPages;

    /// <summary>Sequences restored, by <see cref="RecoveryStrategy"/>.</summary>
    public long[] Recovered => _formation.Entry.Recovered;

    /// <summary>Number of losses that ended with a plan in force.</summary>
    public long Recoveries => _formation.Recoveries;

    /// <summary>Time of the recoveries, by part.</summary>
    public RecoveryTimes RecoveryTimes => _formation.RecoveryTimes;

    /// <summary>Time of the steps, by part.</summary>
    public StepTimes StepTimes => _steps.Times;

    /// <summary>Number of changes of the plan without a loss.</summary>
    public long Migrations { get; private set; }

    /// <summary>Devices without a stage, each with the layers that it maps or is mapping.</summary>
    public IReadOnlyList<StageAssignment> Spares => _chooser.Spares.All;

    /// <summary>Number of losses after which a spare with its layers mapped took over.</summary>
    public long SpareSwitches => _chooser.Spares.Switches;

    /// <summary>The last refusal of each device that is present and has not loaded the layers since.</summary>
    public IReadOnlyList<LayersRefused> Refusals => _chooser.Refusals(Plan);

    /// <summary>Number of refusals of layers.</summary>
    public long LoadsRefused => _chooser.LoadsRefused;

    /// <summary>The reason why there is no plan, if it is a lack of memory; null when there is a plan.</summary>
    public string? Shortage => Phase == PlanPhase.Waiting ? _chooser.Shortage : null;

    /// <summary>Number of pages that were dropped because a stage did not prove them, or found them corrupted.</summary>
    public long UnprovenPages => _formation.Entry.UnprovenPages;

    /// <summary>Number of pages that were recomputed and compared.</summary>
    public long VerifiedPages => _verifier.VerifiedPages;

    /// <summary>The devices of the plan that is or will be in force, and of one that is prepared.</summary>
    public IReadOnlyList<DeviceLife> DevicesOfPlans => PlannedDevices();

    /// <summary>Whether no recovery is in progress.</summary>
    private bool ArePagesComplete => Phase is PlanPhase.Serving or PlanPhase.Boundary or PlanPhase.Moving;

    /// <summary>Starts: reads the plan that was in force.</summary>
    /// <param name="now">The current time, since a fixed origin.</param>
    /// <param name="inherited">Handover of the previous router; null if it was lost.</param>
    /// <param name="prepared">This router's first plan, with the stages of its predecessor, where it is already in force.</param>
    public void Start(TimeSpan now, RouterHandover? inherited = null, PipelinePlan? prepared = null)
    {
        _now = now;
        _formation.Start(inherited, prepared, now);
    }

    /// <param name="message">The message.</param>
    /// <param name="now">The current time, since a fixed origin.</param>
    /// <param name="arrived">Time of its arrival; null for <paramref name="now"/>.</param>
    public void Receive(ControlMessage message, TimeSpan now, TimeSpan? arrived = null)
    {
        _now = now;
        switch (message)
        {
            case StepDone done: On(done, arrived ?? now); break;
            case ProbeReply reply when reply.Router == _self: OnSeen(reply.Device); break;
            case PlanRead read when read.Router == _self: _formation.On(read, now); break;
            case PageInventoryReply reply when reply.Router == _self:
                OnSeen(reply.Device);
                _formation.On(reply, now);
                break;
            case PlanSaved saved when saved.Router == _self: On(saved); break;
            case Joined joined:
                OnSeen(joined.Device);
                _formation.Entry.On(joined, now);
                break;
            case PagesVerified verified: On(verified); break;
            case PagesCorrupted corrupted: On(corrupted); break;
            case Refused refused when refused.Router == _self: On(refused); break;
            case JournalReply reply: _formation.Entry.On(reply, now); break;
            case Replayed replayed: _formation.Entry.On(replayed, now); break;
            case JournalMiss miss: _formation.Entry.On(miss, now); break;
            case LayersLoaded loaded: On(loaded); break;
            case LayersMapped mapped when mapped.Router == _self: _chooser.Spares.OnMapped(mapped); break;
            case LayersRefused refused when refused.Router == _self: On(refused); break;
            case PagesCopied copied: On(copied); break;
            case MembershipChanged members: On(members); break;
            case DrainDevice drain: On(drain); break;
        }

        if (!_stopped && _formation.Advance(now))
        {
            OnPlanInForce();
        }

        Pump();
    }

    /// <summary>Repeats unanswered messages, and probes the devices.</summary>
    public void Tick(TimeSpan now)
    {
        _now = now;
        if (Phase == PlanPhase.Stopped)
        {
            return;
        }

        _outbox.Tick(now);
        _formation.StopRequestingPages(now);
        Probe();
        RetryRefused();
        if (Phase == PlanPhase.Serving && _leaveBy is null && _verifier.IsDue(now))
        {
            _verifier.Pump(Plan!, now);
        }

        Pump();
    }

    /// <summary>Sends the steps that can be formed. The caller also calls it after every request.</summary>
    internal void Pump()
    {
        if (Phase == PlanPhase.Boundary && _steps.Count == 0)
        {
            Freeze();
        }

        while (Phase == PlanPhase.Serving && _leaveBy is null && _scheduler.Schedule() is { } step)
        {
            _steps.Send(step, Plan!.Stages[0].Device, _now, _clock());
        }

        LeaveIfDue();
    }

    /// <summary>Ends this activation when no step is in flight and no plan is being changed, at the latest after <see cref="CoordinatorOptions.LeaveTimeout"/>.</summary>
    public void Leave(TimeSpan now)
    {
        _now = now;
        _leaveBy ??= now + _options.LeaveTimeout;
        Pump();
    }

    private void On(StepDone done, TimeSpan arrived)
    {
        if (Plan is null || done.Epoch != Plan.Epoch || Phase is not (PlanPhase.Serving or PlanPhase.Boundary))
        {
            return;
        }

        _steps.Add(done, arrived, Plan.Stages.Count);
        while (_steps.TryComplete(out Step? step, out StepDone? complete))
        {
            if (_scheduler.Recomputes(step))
            {
                _formation.CountInline(complete.Times.Computing * Plan.LargestShare);
            }

            _scheduler.Commit(step, complete.Result);
        }
    }

    private void On(MembershipChanged members)
    {
        _devices.Update(members);
        foreach (DeviceLife device in members.Devices.Where(_devices.IsNew))
        {
            // The probe announces this router to the device's node, whose sessions submit to it from then on.
            _port.Send(Address.Device(device.Device), new Probe(_self));
        }

        foreach (DeviceLife device in PlannedDevices())
        {
            if (!members.Devices.Contains(device))
            {
                OnDeviceLost(device);
            }
        }

        _formation.RequestPages(_now);
        Replan();
    }

    private void On(Refused refused)
    {
        if (refused.Latest > _self)
        {
            Stop();
            return;
        }

        OnSeen(refused.Device);
    }

    /// <summary>Handles a draining device: later plans exclude it, and it is released when no plan needs it.</summary>
    private void On(DrainDevice drain)
    {
        if (_devices.Drain(drain.Device))
        {
            Replan();
        }

        // When all devices drain, the pipeline ends with its last sequence.
        bool ends = !_devices.HasMembers && !_scheduler.HasWork;
        bool needed = !ends && new[] { Plan, _formation.Target, _migration.Plan }.Any(plan => plan?.Has(drain.Device) == true);
        if (!needed && Phase is (PlanPhase.Serving or PlanPhase.Waiting))
        {
            _port.Send(Address.Device(drain.Device.Device), new DeviceReleased(drain.Device));
        }
    }

    private List<DeviceLife> PlannedDevices()
    {
        HashSet<DeviceLife> devices = [];
        foreach (PipelinePlan? plan in new[] { Phase >= PlanPhase.Serving ? Plan : _formation.Target, _migration.Plan })
        {
            devices.UnionWith(plan?.Stages.Select(static stage => stage.Device) ?? []);
        }

        if (_formation.Asked is { } asked)
        {
            devices.Add(asked);
        }

        return [.. devices.OrderBy(static device => device.Device)];
    }

    private void OnSeen(DeviceLife device)
    {
        if (_devices.OnSeen(device, _now))
        {
            Replan();
        }

        foreach (PipelinePlan? plan in new[] { Plan, _formation.Target, _migration.Plan, _formation.Previous })
        {
            int stage = plan?.StageOf(device.Device) ?? -1;
            if (stage >= 0 && plan!.Stages[stage].Device.Life < device.Life)
            {
                OnDeviceLost(plan.Stages[stage].Device);
            }
        }
    }

    private void Probe()
    {
        if (_now - _probed < _options.ProbeInterval)
        {
            return;
        }

        _probed = _now;
        if (Phase == PlanPhase.Serving)
        {
            _chooser.Spares.Map();
        }

        // Lost devices may be running: a device that answers counts as present again.
        foreach (DeviceLife device in _devices.Lost)
        {
            _port.Send(Address.Device(device.Device), new Probe(_self));
        }

        foreach (DeviceLife device in PlannedDevices())
        {
            if (_devices.SilenceOf(device, _now) >= _options.LostAfter)
            {
                OnDeviceLost(device);
            }
            else
            {
                _port.Send(Address.Device(device.Device), new Probe(_self));
            }
        }
    }
}
