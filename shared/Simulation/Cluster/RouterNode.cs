using OrleansInference.Serving;
using OrleansInference.Serving.Control;
using OrleansInference.Serving.Routing;
using OrleansInference.Simulation.Kernel;

namespace OrleansInference.Simulation.Cluster;

/// <summary>One activation of the router; a later one is another object with a higher number.</summary>
internal sealed class RouterNode : SimulatedProcess, IControlPort
{
    private readonly World _world;
    private bool _keptHandover;
    private bool _leaving;

    public RouterNode(World world, int number, int node)
        : base(node, $"router{RouterNumbers.ActivationOf(number)}{(world.Scenario.Pipelines > 1 ? $" of {RouterNumbers.PipelineOf(number)}" : "")}")
    {
        _world = world;
        Number = number;
        int positions = world.Positions;
        RouterLimits limits = new(world.Scenario.PageCount, positions, 64, 32, world.Scenario.Stages, HostPages: world.Scenario.HostPages);
        Router router = new(world.Scenario.Serving, limits, new AdmissionControl(world.Scenario.Serving), world.RootOf, new EngineCounters(), world.Time);
        ControlOptions options = new() { LostAfter = TimeSpan.FromMilliseconds(700), ReplayTokens = 16, VerifyPages = world.Scenario.VerifyPages };
        PipelineControl control = new(number, router, SimulatedPlans.For(world), this, options);
        Machine = new RouterMachine(router, control, world.StopsOf, this, TimeSpan.FromMilliseconds(150));
    }

    public int Number { get; }

    public int Pipeline => RouterNumbers.PipelineOf(Number);

    public RouterMachine Machine { get; }

    /// <param name="inherited">From the router before.</param>
    /// <param name="prepared">The first plan.</param>
    public void Start(RouterHandover? inherited, PipelinePlan? prepared)
    {
        Machine.Control.Start(_world.Scheduler.Now, inherited, prepared);
        _world.Scheduler.After(World.TickEvery, this, Tick);
    }

    /// <summary>Ends between two steps, for another activation.</summary>
    /// <param name="kept">Whether that gets what this one knows.</param>
    public void Leave(bool kept)
    {
        if (Alive && Machine.Control.Phase != ControlPhase.Stopped)
        {
            _leaving = true;
            _keptHandover = kept;
            Machine.Control.Leave(_world.Scheduler.Now);
            NoteEnd();
        }
    }

    public void Send(Address to, ControlMessage message)
    {
        _world.Checker.Sending(this, to, message);
        _world.Deliver(this, to, message, 0);
        _world.Reached(this, MigrationPoints.Of(message, Machine.Control.Phase));
    }

    public void Receive(ControlMessage message)
    {
        _world.Bugs.BeforeReceive(this, message);
        Machine.Receive(message, _world.Scheduler.Now);
        NoteEnd();
        _world.Checker.Inspect(this);
        _world.Reached(this, MigrationPoints.Of(message, Machine.Control.Phase));
    }

    protected override void Lose() => _world.RouterLost(this);

    protected override void Begin() => throw new InvalidOperationException("A router does not come back; another one is activated.");

    private void NoteEnd()
    {
        if (_leaving && Machine.Control.Phase == ControlPhase.Stopped)
        {
            _leaving = false;
            _world.RouterLeft(this, _keptHandover ? Machine.Control.Handover : null);
        }
    }

    private void Tick()
    {
        Machine.Tick(_world.Scheduler.Now);
        NoteEnd();
        _world.Checker.Inspect(this);
        if (Machine.Control.Phase != ControlPhase.Stopped)
        {
            _world.Scheduler.After(World.TickEvery, this, Tick);
        }
    }
}
