using OrleansInference.Serving.Control;
using OrleansInference.Serving.Routing;
using OrleansInference.Simulation.Kernel;

namespace OrleansInference.Simulation.Cluster;

/// <summary>A host of sessions: what is active on it goes with it, what was stored comes back elsewhere.</summary>
internal sealed class SessionHostNode(World world, int number, int node) : SimulatedProcess(node, $"sessions{number}")
{
    private readonly SortedDictionary<int, SessionMachine> _active = [];
    private PipelineChooser _pipelines = new();

    public IReadOnlyDictionary<int, SessionMachine> Active => _active;

    public void Receive(int session, ControlMessage message)
    {
        if (world.StoreFrozen && !_active.ContainsKey(session))
        {
            // It cannot be read; senders repeat what was not answered.
            return;
        }

        SessionMachine machine = Activate(session);
        machine.Receive(world.Bugs.BeforeReceive(machine, message), world.Scheduler.Now);
        world.Checker.Inspect(session, machine);
    }

    /// <summary>Takes note of the pipelines that there are.</summary>
    public void Learn(IReadOnlyList<PipelineLoad> pipelines) => _pipelines.Update(pipelines, world.Scheduler.Now);

    /// <summary>Brings a session to life from what was stored.</summary>
    public SessionMachine Activate(int session)
    {
        if (!_active.TryGetValue(session, out SessionMachine? machine))
        {
            Port port = new(world, this, session);
            machine = new SessionMachine(session, world.Stored(session), port, port, _pipelines, world.Scenario.Sessions);
            _active.Add(session, machine);
            world.Scheduler.After(World.TickEvery, this, () => Tick(session, machine));
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

    private void Tick(int session, SessionMachine machine)
    {
        machine.Tick(world.Scheduler.Now);
        if (!machine.Ended)
        {
            world.Scheduler.After(World.TickEvery, this, () => Tick(session, machine));
        }
        else
        {
            world.Scheduler.After(World.TickEvery * 10, this, () => Tick(session, machine));
        }
    }

    private sealed class Port(World world, SessionHostNode host, int session) : IControlPort, ISessionStore
    {
        public void Send(Address to, ControlMessage message)
        {
            world.Checker.Sending(host, to, message);
            world.Deliver(host, to, message, 0);
        }

        public void Write(int number, long version, SessionRecord record) =>
            world.Store(host, session, record, () => host._active.GetValueOrDefault(session)?.Written(version, world.Scheduler.Now));
    }
}
