using OrleansInference.Cluster.Session;
using OrleansInference.Simulation.Kernel;

namespace OrleansInference.Simulation.Cluster;

/// <summary>Host of sessions: its active state is lost with it, and stored sessions are activated on another host.</summary>
internal sealed class SessionHostNode(World world, int number, int node) : SimulatedProcess(node, $"sessions{number}")
{
    private readonly SortedDictionary<int, SessionActor> _active = [];
    private PipelineChooser _pipelines = new();

    public IReadOnlyDictionary<int, SessionActor> Active => _active;

    public void Receive(int session, ControlMessage message)
    {
        if (world.StoreFrozen && !_active.ContainsKey(session))
        {
            // The session cannot be read; senders repeat unanswered messages.
            return;
        }

        SessionActor machine = Activate(session);
        machine.Receive(world.Bugs.BeforeReceive(machine, message), world.Timeline.Now);
        world.Checker.Inspect(session, machine);
    }

    /// <summary>Updates the list of pipelines.</summary>
    public void Update(IReadOnlyList<PipelineLoad> pipelines) => _pipelines.Update(pipelines, world.Timeline.Now);

    /// <summary>Activates a session from its stored state.</summary>
    public SessionActor Activate(int session)
    {
        if (!_active.TryGetValue(session, out SessionActor? machine))
        {
            Port port = new(world, this, session);
            machine = new SessionActor(session, world.Stored(session), port, port.Write, _pipelines, world.Scenario.Sessions);
            _active.Add(session, machine);
            world.Timeline.After(World.TickInterval, this, () => Tick(session, machine));
        }

        return machine;
    }

    protected override void Lose()
    {
        _active.Clear();
        _pipelines = new PipelineChooser();
        world.SessionsLost(this);
    }

    protected override void Begin()
    {
    }

    private void Tick(int session, SessionActor machine)
    {
        machine.Tick(world.Timeline.Now);
        if (!machine.Ended)
        {
            world.Timeline.After(World.TickInterval, this, () => Tick(session, machine));
        }
        else
        {
            world.Timeline.After(World.TickInterval * 10, this, () => Tick(session, machine));
        }
    }

    private sealed class Port(World world, SessionHostNode host, int session) : IControlPort
    {
        public void Send(Address to, ControlMessage message)
        {
            world.Checker.Sending(host, to, message);
            world.Deliver(host, to, message, 0);
        }

        public void Write(int number, long version, SessionRecord record) =>
            world.Store(host, session, record, () => host._active.GetValueOrDefault(session)?.Written(version, world.Timeline.Now));
    }
}
