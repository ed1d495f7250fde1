using OrleansInference.Cluster.Stage;
using OrleansInference.Cluster.Stage.Rates;
using OrleansInference.Simulation.Kernel;
using OrleansInference.Simulation.Model;

namespace OrleansInference.Simulation.Cluster;

/// <summary>Device with its stage. Bulk work takes virtual time; control messages are answered immediately.</summary>
internal sealed class DeviceNode : SimulatedProcess, IControlPort
{
    private const double HeldBack = 0.2; // of messages that may wait
    private const double MostHeldBack = 60; // milliseconds
    private const double LateReports = 0.1; // of loads
    private const double MostLate = 300; // milliseconds

    private readonly World _world;
    private StageActor? _actor;
    private LayerLoader? _loader;
    private ProbeSchedule _probes = null!;
    private TimeSpan _busyUntil;
    private SeededRandom _random;

    public DeviceNode(World world, int number, int node)
        : base(node, $"device{number}")
    {
        _world = world;
        Number = number;
        _random = new SeededRandom(world.Scenario.Seed).Split("device").Split((ulong)number);
        Begin();
    }

    public int Number { get; }

    public DeviceLife Identity => new(Number, _world.Bugs.LifeOf(this));

    /// <summary>Factor by which everything takes longer.</summary>
    public double Slowness { get; set; } = 1;

    /// <summary>Whether the device has announced that it stops.</summary>
    public bool Draining { get; set; }

    /// <summary>Number of layers that the device has room for.</summary>
    public int Room
    {
        get;
        set
        {
            field = value;
            Work.Room = value;
        }
    } = int.MaxValue;

    public StageActor Actor => _actor!;

    /// <summary>Rate that the device learns; null if plans do not follow rates.</summary>
    public DeviceRate? Rate { get; private set; }

    public ToyStage Work { get; private set; } = null!;

    public void Send(Address to, ControlMessage message)
    {
        message = _world.Bugs.BeforeSend(message);
        _world.Checker.Sending(this, to, message);
        bool bulk = message is StepForward or StepDone or ReplayForward or Replayed or Joined or LayersLoaded or LayersMapped or VerifyPages or PagesVerified;
        if (!bulk || (Work.Spent == 0 && _busyUntil <= _world.Timeline.Now))
        {
            _world.Deliver(this, to, message, RouterOf(message));
            return;
        }

        _busyUntil = (_busyUntil > _world.Timeline.Now ? _busyUntil : _world.Timeline.Now) + Computing;
        Work.Spent = 0;
        _world.Timeline.After(_busyUntil - _world.Timeline.Now, this, () => _world.Deliver(this, to, message, RouterOf(message)));
    }

    public void Receive(ControlMessage message)
    {
        // A message that may wait is overtaken by later ones.
        if (message is PageContents or PageTaken && _random.Chance(HeldBack))
        {
            _world.Timeline.After(TimeSpan.FromMilliseconds(_random.Unit() * MostHeldBack), this, () => Take(message));
        }
        else
        {
            Take(message);
        }
    }

    private void Take(ControlMessage message)
    {
        if (message is DeviceReleased released && released.Device == Identity && Draining)
        {
            _world.DeviceLeft(this);
            return;
        }

        if (_world.Bugs.BeforeReceive(this, message) is { } passed)
        {
            if (_loader!.Take(passed))
            {
                return;
            }

            long before = Work.LayersComputed;
            int pipeline = Actor.Pipeline;
            Actor.Receive(passed);
            _world.DeviceMoves += pipeline >= 0 && pipeline != Actor.Pipeline ? 1 : 0;
            _world.Checker.Received(this, passed, Work.LayersComputed - before);
        }
    }

    protected override void Lose() => (_actor, _loader) = (null, null);

    protected override void Begin()
    {
        Draining = false;
        _busyUntil = default;
        Work = _world.Bugs.CreateWork(_world.Scenario.Layers, _world.Scenario.PageCount, _world.Scenario.HostPages);
        Work.Room = Room;
        StageOptions options = new() { JournalPages = _world.Scenario.JournalPages, Pipeline = _world.Scenario.Pipelines > 1 ? -1 : 0 };
        Rate = _world.Scenario.LearnsRates ? SimulatedPlans.RateOf(_world.Scenario, Number, Slowness) : null;
        _probes = new ProbeSchedule(SimulatedPlans.Rates);
        _actor = new StageActor(Identity, Work, this, options, () => _world.Timeline.Now + Computing) { Rate = Rate };
        _loader = new LayerLoader(_actor, Work, LoadBeside);
        _world.Timeline.After(World.TickInterval, this, Tick);
    }

    /// <summary>Simulates a load on a thread of its own: the layers are usable immediately after the load, and the device is informed later, seldom much later.</summary>
    private void LoadBeside(LayerRange layers) => _world.Timeline.After(Work.LoadTime(layers) * (0.5 + _random.Unit()), this, () =>
    {
        string? shortage = null;
        double spent = Work.Spent;
        try
        {
            Work.Load(layers);
        }
        catch (InferenceException error) when (error.Code == ErrorCode.OutOfMemory)
        {
            shortage = error.Message;
        }

        Work.Spent = spent;
        TimeSpan late = TimeSpan.FromMilliseconds(_random.Chance(LateReports) ? _random.Unit() * MostLate : _random.Unit());
        _world.Timeline.After(late, this, () =>
        {
            _world.Bugs.BeforeLoaded(this, layers);
            _loader!.OnLoaded(shortage);
        });
    });

    private void Tick()
    {
        Actor.Tick(_world.Timeline.Now);
        Probe();
        if (Draining && Actor.Pipeline < 0)
        {
            _world.DeviceLeft(this);
            return;
        }

        if (Draining)
        {
            _world.Deliver(this, Address.Router(Actor.Pipeline), new DrainDevice(Identity), 0);
        }

        _world.Timeline.After(World.TickInterval, this, Tick);
    }

    /// <summary>Time of the computed work that was not sent yet.</summary>
    private TimeSpan Computing => TimeSpan.FromSeconds(Work.Spent * Slowness / _world.Scenario.Shape(Number).Speed);

    private void Probe()
    {
        if (Rate is not null && _probes.IsDue(Rate.Report.IsSuspected, Actor.Counters.Computations, Actor.Counters.Computing, _world.Timeline.Now))
        {
            Rate.Probed(SimulatedPlans.Probe(_world.Scenario, Number, Slowness));
            _probes.Probed(Rate.Report.IsSuspected, _world.Timeline.Now);
        }
    }

    private int RouterOf(ControlMessage message) => message switch
    {
        ProbeReply present => present.Router,
        Refused refused => refused.Router,
        LayersRefused refused => refused.Router,
        PageInventoryReply pages => pages.Router,
        LayersLoaded loaded => Epochs.RouterOf(loaded.Epoch),
        LayersMapped mapped => mapped.Router,
        PagesCopied copied => Epochs.RouterOf(copied.Epoch),
        DrainDevice => 0,
        _ => Actor.Router,
    };
}
