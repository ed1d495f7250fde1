using OrleansInference.Serving.Control;
using OrleansInference.Simulation.Kernel;
using OrleansInference.Simulation.Model;

namespace OrleansInference.Simulation.Cluster;

/// <summary>A device with its stage. Bulk work takes its time; control is answered at once.</summary>
internal sealed class DeviceNode : SimulatedProcess, IControlPort
{
    private readonly World _world;
    private StageMachine? _machine;
    private TimeSpan _busyUntil;

    public DeviceNode(World world, int number, int node)
        : base(node, $"device{number}")
    {
        _world = world;
        Number = number;
        Begin();
    }

    public int Number { get; }

    public DeviceLife Identity => new(Number, Life);

    /// <summary>How many times longer everything takes.</summary>
    public double Slowness { get; set; } = 1;

    /// <summary>Whether it has announced that it stops.</summary>
    public bool Draining { get; set; }

    /// <summary>Layers that there is room for.</summary>
    public int Room
    {
        get;
        set
        {
            field = value;
            Work.Room = value;
        }
    } = int.MaxValue;

    public StageMachine Machine => _machine!;

    public ToyWork Work { get; private set; } = null!;

    public void Send(Address to, ControlMessage message)
    {
        message = _world.Bugs.BeforeSend(message);
        _world.Checker.Sending(this, to, message);
        bool bulk = message is StepForward or StepDone or ReplayForward or Replayed or Joined or LayersLoaded or LayersMapped;
        if (!bulk || (Work.Spent == 0 && _busyUntil <= _world.Scheduler.Now))
        {
            _world.Deliver(this, to, message, RouterOf(message));
            return;
        }

        _busyUntil = (_busyUntil > _world.Scheduler.Now ? _busyUntil : _world.Scheduler.Now) + TimeSpan.FromSeconds(Work.Spent * Slowness / _world.Scenario.Shape(Number).Speed);
        Work.Spent = 0;
        _world.Scheduler.After(_busyUntil - _world.Scheduler.Now, this, () => _world.Deliver(this, to, message, RouterOf(message)));
    }

    public void Receive(ControlMessage message)
    {
        if (message is DeviceReleased released && released.Device == Identity && Draining)
        {
            _world.DeviceLeft(this);
            return;
        }

        if (_world.Bugs.BeforeReceive(this, message) is { } passed)
        {
            long before = Work.LayersComputed;
            int pipeline = Machine.Pipeline;
            Machine.Receive(passed);
            _world.DeviceMoves += pipeline >= 0 && pipeline != Machine.Pipeline ? 1 : 0;
            _world.Checker.Received(this, passed, Work.LayersComputed - before);
        }
    }

    protected override void Lose() => _machine = null;

    protected override void Begin()
    {
        Draining = false;
        _busyUntil = default;
        Work = _world.Bugs.CreateWork(_world.Scenario.Layers, _world.Scenario.PageCount);
        Work.Room = Room;
        StageOptions options = new() { JournalPages = _world.Scenario.JournalPages, Pipeline = _world.Scenario.Pipelines > 1 ? -1 : 0 };
        _machine = new StageMachine(Identity, Work, this, options);
        _world.Scheduler.After(World.TickEvery, this, Tick);
    }

    private void Tick()
    {
        Machine.Tick(_world.Scheduler.Now);
        if (Draining && Machine.Pipeline < 0)
        {
            _world.DeviceLeft(this);
            return;
        }

        if (Draining)
        {
            _world.Deliver(this, Address.Router(Machine.Pipeline), new DrainDevice(Identity), 0);
        }

        _world.Scheduler.After(World.TickEvery, this, Tick);
    }

    private int RouterOf(ControlMessage message) => message switch
    {
        Present present => present.Router,
        Refused refused => refused.Router,
        LayersRefused refused => refused.Router,
        PagesAre pages => pages.Router,
        LayersLoaded loaded => Epochs.RouterOf(loaded.Epoch),
        LayersMapped mapped => mapped.Router,
        PagesCopied copied => Epochs.RouterOf(copied.Epoch),
        DrainDevice => 0,
        _ => Machine.Router,
    };
}
