using OrleansInference.Serving.Pages;
using OrleansInference.Serving.Pipelines;
using OrleansInference.Serving.Routing;

namespace OrleansInference.Serving.Control;

/// <summary>
/// The router's part of the control, as a machine over messages: sends the router's steps through the plan in force, changes plans at a step border, and when a
/// device is lost drops the steps under way, puts a plan of the next epoch in force and brings the pages back.
/// </summary>
/// <remarks>
/// A plan holds once the plan store has it and all its stages have joined it. Another activation of the router that saves a plan ends this one: its next plan is
/// not saved, and stages that have joined the other's plan take no step of this one.
/// </remarks>
internal sealed partial class PipelineControl
{
    private readonly int _self;
    private readonly Router _router;
    private readonly IPlanSource _source;
    private readonly IControlPort _port;
    private readonly ControlOptions _options;
    private readonly Func<TimeSpan> _clock;
    private readonly TenantRoots? _roots;
    private readonly Outbox<ControlKey> _outbox;
    private readonly StepMeter _meter = new();
    private readonly HashSet<DeviceLife> _members = [];
    private readonly HashSet<DeviceLife> _draining = [];
    private readonly HashSet<DeviceLife> _lost = [];
    private readonly Dictionary<int, TimeSpan> _heard = [];
    private PipelinePlan? _inForce; // whose page contents hold
    private PipelinePlan? _target; // to be in force once saved and joined
    private long _epoch; // the highest that was used
    private TimeSpan _now;
    private TimeSpan _probed;

    /// <param name="self">Number of this activation of the router; a later one has a higher number.</param>
    /// <param name="router">Whose steps these are.</param>
    /// <param name="source">Where plans come from.</param>
    /// <param name="port">The way out.</param>
    /// <param name="options">Times and costs.</param>
    /// <param name="clock">The time as the calls are told it, but as it is within them, for measuring alone.</param>
    /// <param name="roots">Where tenants' chains of pages start: as with the router before, whose pages are to be found. Null where they are always the same.</param>
    public PipelineControl(
        int self, Router router, IPlanSource source, IControlPort port, ControlOptions options, Func<TimeSpan>? clock = null, TenantRoots? roots = null)
    {
        _self = self;
        _router = router;
        _source = source;
        _port = port;
        _options = options;
        _clock = clock ?? (() => _now);
        _roots = roots;
        _outbox = new Outbox<ControlKey>(port, options.RepeatAfter);
    }

    /// <summary>Number of this activation.</summary>
    public int Self => _self;

    /// <summary>Told of plans and losses; null where nobody asks.</summary>
    public IControlEvents? Events { get; init; }

    public ControlPhase Phase { get; private set; } = ControlPhase.Reading;

    /// <summary>The plan in force, or the last one.</summary>
    public PipelinePlan? Plan => _inForce;

    /// <summary>Sequences brought back, by <see cref="RecoveryRung"/>.</summary>
    public long[] Recovered { get; } = new long[3];

    /// <summary>Losses that ended with a plan in force.</summary>
    public long Recoveries { get; private set; }

    /// <summary>Where their time went.</summary>
    public RecoveryTimes RecoveryTimes { get; private set; }

    /// <summary>Where the time of steps went.</summary>
    public StepTimes StepTimes => _meter.Times;

    /// <summary>Changes of the plan without a loss.</summary>
    public long Migrations { get; private set; }

    /// <summary>Begins: learns which plan was in force.</summary>
    /// <param name="now">The time since some beginning.</param>
    /// <param name="inherited">From the router before; null where that was lost.</param>
    /// <param name="prepared">This router's first plan, where that is in force already: with the stages of the one before.</param>
    public void Start(TimeSpan now, RouterHandover? inherited = null, PipelinePlan? prepared = null)
    {
        _now = now;
        if (inherited is not null)
        {
            Inherit(inherited, prepared);
        }
        else
        {
            _outbox.Send(new ControlKey(ControlKeyKind.Plan), Address.PlanStore, new ReadPlan(_self), now);
        }
    }

    /// <param name="message">What came.</param>
    /// <param name="now">The time since some beginning.</param>
    /// <param name="arrived">When it came; null for now.</param>
    public void Receive(ControlMessage message, TimeSpan now, TimeSpan? arrived = null)
    {
        _now = now;
        switch (message)
        {
            case StepDone done: Complete(done, arrived ?? now); break;
            case Present present when present.Router == _self: Hear(present.Device); break;
            case PlanRead read when read.Router == _self: Hear(read); break;
            case PagesAre pages when pages.Router == _self: Heard(pages); break;
            case PlanSaved saved when saved.Router == _self: Saved(saved); break;
            case Joined joined: Joined(joined); break;
            case PagesVerified verified: OnPagesVerified(verified); break;
            case PagesSpoilt spoilt: OnPagesSpoilt(spoilt); break;
            case Refused refused when refused.Router == _self: Hear(refused); break;
            case JournalHolds holds: Heard(holds); break;
            case Replayed replayed: Heard(replayed); break;
            case JournalLacks lacks: Heard(lacks); break;
            case LayersLoaded loaded: Heard(loaded); break;
            case LayersMapped mapped when mapped.Router == _self: Heard(mapped); break;
            case LayersRefused refused when refused.Router == _self: Heard(refused); break;
            case PagesCopied copied: Heard(copied); break;
            case MembersAre members: Learn(members); break;
            case DrainDevice drain: Drain(drain); break;
        }

        Pump();
    }

    /// <summary>Repeats what was not answered, and looks after the devices.</summary>
    public void Tick(TimeSpan now)
    {
        _now = now;
        if (Phase == ControlPhase.Stopped)
        {
            return;
        }

        _outbox.Tick(now);
        GiveUpAsking();
        Probe();
        AskAgain();
        VerifyFurther();
        Pump();
    }

    /// <summary>Hands out the steps that can be; to be called after every request as well.</summary>
    public void Pump()
    {
        if (Phase == ControlPhase.Border && _inFlight.Count == 0)
        {
            Freeze();
        }

        while (Phase == ControlPhase.Serving && _leaveBy is null && _router.Schedule() is { } step)
        {
            Send(step);
        }

        LeaveIfDue();
    }

    private void Hear(PlanRead read)
    {
        if (read.Plan is null)
        {
            Begin(null);
        }
        else if (Phase == ControlPhase.Reading && _before is null)
        {
            _outbox.Clear();
            _epoch = read.Plan.Epoch;
            _before = read.Plan;
            AskForPages();
        }
    }

    private void Begin(PipelinePlan? stored)
    {
        if (Phase != ControlPhase.Reading)
        {
            return;
        }

        _outbox.Clear();
        _before = null;
        _epoch = Math.Max(_epoch, stored?.Epoch ?? 0);
        Phase = ControlPhase.Waiting;
        _last = stored;
        Replan();
    }

    private void Learn(MembersAre members)
    {
        _members.Clear();
        _members.UnionWith(members.Devices.Except(members.Draining));
        _draining.Clear();
        _draining.UnionWith(members.Draining);
        _lost.IntersectWith(members.Devices);
        Greet(members.Devices);
        foreach (DeviceLife device in InPlans())
        {
            if (!members.Devices.Contains(device))
            {
                Lose(device);
            }
        }

        AskForPages();
        Replan();
    }

    private void Hear(Refused refused)
    {
        if (refused.Latest > _self)
        {
            Stop();
            return;
        }

        Hear(refused.Device);
    }

    /// <summary>The devices of the plan that holds or is to hold, and of one that is prepared.</summary>
    internal IReadOnlyList<DeviceLife> DevicesOfPlans => InPlans();

    private List<DeviceLife> InPlans()
    {
        HashSet<DeviceLife> devices = [];
        foreach (PipelinePlan? plan in new[] { Phase >= ControlPhase.Serving ? _inForce : _target, _migration })
        {
            devices.UnionWith(plan?.Stages.Select(static stage => stage.Device) ?? []);
        }

        if (Phase == ControlPhase.Reading && _askedForPages is { } asked)
        {
            devices.Add(asked);
        }

        return [.. devices.OrderBy(static device => device.Device)];
    }

    private void Hear(DeviceLife device)
    {
        _heard[device.Device] = _now;
        if (_lost.Remove(device))
        {
            Replan();
        }

        foreach (PipelinePlan? plan in new[] { _inForce, _target, _migration, _before })
        {
            int stage = plan?.StageOf(device.Device) ?? -1;
            if (stage >= 0 && plan!.Stages[stage].Device.Life < device.Life)
            {
                Lose(plan.Stages[stage].Device);
            }
        }
    }

    private void Probe()
    {
        if (_now - _probed < _options.ProbeEvery)
        {
            return;
        }

        _probed = _now;
        MapSpares();
        // Those given up may have been silent only.
        foreach (DeviceLife device in _lost.OrderBy(static device => device.Device))
        {
            _port.Send(Address.Device(device.Device), new Probe(_self));
        }

        foreach (DeviceLife device in InPlans())
        {
            if (_now - _heard.GetValueOrDefault(device.Device, _now) >= _options.LostAfter)
            {
                Lose(device);
            }
            else
            {
                _heard.TryAdd(device.Device, _now);
                _port.Send(Address.Device(device.Device), new Probe(_self));
            }
        }
    }

    /// <summary>Drains are plans without the device: it is released when none needs it.</summary>
    private void Drain(DrainDevice drain)
    {
        if (_members.Remove(drain.Device))
        {
            _draining.Add(drain.Device);
            Replan();
        }

        // Where all are to go, the pipeline ends with its last sequence.
        bool ends = _members.Count == 0 && !_router.HasWork;
        bool needed = !ends && new[] { _inForce, _target, _migration }.Any(plan => Has(plan, drain.Device));
        if (!needed && Phase is (ControlPhase.Serving or ControlPhase.Waiting))
        {
            _port.Send(Address.Device(drain.Device.Device), new DeviceReleased(drain.Device));
        }
    }
}
