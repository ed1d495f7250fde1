using OrleansInference.Cluster.Router;
using OrleansInference.Engine.Scheduling;
using OrleansInference.Simulation.Kernel;
using OrleansInference.Simulation.Scenarios;

namespace OrleansInference.Simulation.Cluster;

/// <summary>Activation of a router; a later activation is another object with a higher number.</summary>
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
        SchedulerLimits limits = new(world.Scenario.PageCount, positions, 64, 32, world.Scenario.Stages, HostPages: world.Scenario.HostPages);
        Scheduler router = new(world.Scenario.Serving, limits, new AdmissionControl(world.Scenario.Serving), world.RootOf, new EngineCounters(), world.Time);
        CoordinatorOptions options = new() { LostAfter = TimeSpan.FromMilliseconds(700), ReplayTokens = 16, VerifyPages = world.Scenario.VerifyPages };
        PlanCoordinator control = new(number, router, SimulatedPlans.For(world), this, options);
        Actor = new RouterActor(router, control, world.StopsOf, this, TimeSpan.FromMilliseconds(150));
    }

    public int Number { get; }

    public int Pipeline => RouterNumbers.PipelineOf(Number);

    public RouterActor Actor { get; }

    /// <param name="inherited">Handover of the previous router.</param>
    /// <param name="prepared">First plan.</param>
    public void Start(RouterHandover? inherited, PipelinePlan? prepared)
    {
        Actor.Coordinator.Start(_world.Timeline.Now, inherited, prepared);
        _world.Timeline.After(World.TickInterval, this, Tick);
    }

    /// <summary>Ends the router between two steps, so that another activation can continue.</summary>
    /// <param name="kept">Whether the next activation receives the handover.</param>
    public void Leave(bool kept)
    {
        if (Alive && Actor.Coordinator.Phase != PlanPhase.Stopped)
        {
            _leaving = true;
            _keptHandover = kept;
            Actor.Coordinator.Leave(_world.Timeline.Now);
            NoteEnd();
        }
    }

    public void Send(Address to, ControlMessage message)
    {
        _world.Checker.Sending(this, to, message);
        _world.Deliver(this, to, message, 0);
        _world.Reached(this, MigrationPoints.Of(message, Actor.Coordinator.Phase));
    }

    public void Receive(ControlMessage message)
    {
        _world.Bugs.BeforeReceive(this, message);
        Actor.Receive(message, _world.Timeline.Now);
        NoteEnd();
        _world.Checker.Inspect(this);
        _world.Reached(this, MigrationPoints.Of(message, Actor.Coordinator.Phase));
    }

    protected override void Lose() => _world.RouterLost(this);

    protected override void Begin() => throw new InvalidOperationException("A router does not come back; another one is activated.");

    private void NoteEnd()
    {
        if (_leaving && Actor.Coordinator.Phase == PlanPhase.Stopped)
        {
            _leaving = false;
            _world.RouterLeft(this, _keptHandover ? Actor.Coordinator.Handover : null);
        }
    }

    private void Tick()
    {
        Actor.Tick(_world.Timeline.Now);
        NoteEnd();
        _world.Checker.Inspect(this);
        if (Actor.Coordinator.Phase != PlanPhase.Stopped)
        {
            _world.Timeline.After(World.TickInterval, this, Tick);
        }
    }
}
