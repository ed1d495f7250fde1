using OrleansInference.Compute;
using OrleansInference.Serving;
using OrleansInference.Serving.Control;
using OrleansInference.Serving.Pages;
using OrleansInference.Simulation.Faults;
using OrleansInference.Simulation.Kernel;
using OrleansInference.Simulation.Model;
using OrleansInference.Simulation.Running;

namespace OrleansInference.Simulation.Cluster;

/// <summary>The whole cluster of one run, and what stands outside it: the directory, membership and durable storage.</summary>
internal sealed class World
{
    /// <summary>How often machines are ticked.</summary>
    public static readonly TimeSpan TickEvery = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan ActivationDelay = TimeSpan.FromMilliseconds(300);

    // What requests need of the model; the simulator has no text.
    private static readonly ServedModel Model = new()
    {
        Id = "toy",
        Created = default,
        ContextLength = 128,
        VocabularySize = ToyModel.VocabularySize,
        Tokenizer = null!,
        EndOfSequence = [ToyModel.VocabularySize - 3],
        Fingerprint = "toy",
    };

    private readonly List<RouterNode> _routers = [];
    private readonly Dictionary<int, SessionRecord> _records = [];
    private readonly Dictionary<int, SessionHostNode> _homes = [];
    private readonly Dictionary<string, PageRoot> _roots = [];
    private readonly WireForm _wire;
    private SeededRandom _storage;
    private PipelinePlan? _plan;

    public World(Scenario scenario, bool keepsTrace)
    {
        Scenario = scenario;
        SeededRandom random = new SeededRandom(scenario.Seed).Split("run");
        Scheduler = new Scheduler();
        Time = new SimulatedTime(Scheduler);
        Trace = new Trace(Scheduler, keepsTrace);
        Network = new SimulatedNetwork(Scheduler, random.Split("network"), scenario.Nodes);
        _storage = random.Split("storage");
        _wire = new WireForm(scenario.Wire);
        Checker = new Checker(this);
        Bugs = new BugPlanter(scenario.Bug, this);
        int node = 2; // activations of the router take turns on the first two
        Devices = [.. Enumerable.Range(0, scenario.AllDevices).Select(number => new DeviceNode(this, number, node + number))];
        node += scenario.AllDevices;
        SessionHosts = [.. Enumerable.Range(0, scenario.SessionHosts).Select(number => new SessionHostNode(this, number, node + number))];
        node += scenario.SessionHosts;
        Gateways = [.. Enumerable.Range(0, scenario.Gateways).Select(number => new GatewayNode(this, number, node + number))];
        StoreNode = scenario.Nodes - 1;
        foreach (DeviceNode device in Devices.Skip(scenario.Devices))
        {
            device.Crash();
        }

        Clients = [.. scenario.Requests.Select(request => new SimulatedClient(this, request))];
        ActivateRouter();
        Announce();
    }

    public Scenario Scenario { get; }

    public Scheduler Scheduler { get; }

    public SimulatedTime Time { get; }

    public SimulatedNetwork Network { get; }

    public Trace Trace { get; }

    public Checker Checker { get; }

    public BugPlanter Bugs { get; }

    public IReadOnlyList<DeviceNode> Devices { get; }

    public IReadOnlyList<SessionHostNode> SessionHosts { get; }

    public IReadOnlyList<GatewayNode> Gateways { get; }

    public IReadOnlyList<SimulatedClient> Clients { get; }

    /// <summary>The activation that the directory knows.</summary>
    public RouterNode Router => _routers[^1];

    public IReadOnlyList<RouterNode> Routers => _routers;

    public int StoreNode { get; }

    public int Positions => Math.Min(Model.ContextLength, Scenario.PageCount * KvLayout.PageTokens);

    public PageRoot RootOf(string tenant)
    {
        if (!_roots.TryGetValue(tenant, out PageRoot root))
        {
            _roots[tenant] = root = PageRoot.Create("toy", "", System.Text.Encoding.UTF8.GetBytes(tenant));
        }

        return root;
    }

    public StopConditions StopsOf(GenerationRequest request) => new(request, Model, Positions);

    /// <summary>Carries a message to whoever is behind an address when it arrives.</summary>
    /// <param name="from">Who sends.</param>
    /// <param name="to">To whom.</param>
    /// <param name="message">What.</param>
    /// <param name="router">Which activation of the router, where it is the router; 0: the one that the directory knows.</param>
    public void Deliver(SimulatedProcess from, Address to, ControlMessage message, int router)
    {
        if (Trace.Keeps)
        {
            Trace.Write($"{from.Name} -> {to}: {Describe.Message(message)}");
        }

        message = _wire.Carry(message);
        switch (to.Kind)
        {
            case AddressKind.Router:
                RouterNode activation = router == 0 ? Router : _routers[router - 1];
                Network.Send(from.Node, activation.Node, () => Arrive(activation, message, () => activation.Receive(message)));
                break;
            case AddressKind.Device:
                DeviceNode device = Devices[to.Number];
                Network.Send(from.Node, device.Node, () => Arrive(device, message, () => device.Receive(message)));
                break;
            case AddressKind.Gateway:
                GatewayNode gateway = Gateways[to.Number];
                Network.Send(from.Node, gateway.Node, () => Arrive(gateway, message, () => gateway.Receive(message)));
                break;
            case AddressKind.Session:
                if (HomeOf(to.Number) is { } home)
                {
                    Network.Send(from.Node, home.Node, () =>
                    {
                        if (_homes.GetValueOrDefault(to.Number) == home)
                        {
                            Arrive(home, message, () => home.Receive(to.Number, message));
                        }
                    });
                }

                break;
            default:
                Network.Send(from.Node, StoreNode, () => AskStore((RouterNode)from, message));
                break;
        }
    }

    public SessionRecord? Stored(int session) => _records.GetValueOrDefault(session);

    /// <summary>Makes a session's record durable a little later, unless its host is lost before.</summary>
    public void Store(SessionHostNode host, int session, SessionRecord record, Action written) =>
        Scheduler.After(TimeSpan.FromMilliseconds(1 + (_storage.Unit() * 20)), host, () =>
        {
            _records[session] = _wire.Carry(record);
            written();
        });

    /// <summary>The sessions of a lost host come back on others.</summary>
    public void SessionsLost(SessionHostNode host)
    {
        foreach (int session in _homes.Where(pair => pair.Value == host).Select(static pair => pair.Key).Order().ToList())
        {
            Scheduler.After(ActivationDelay, () =>
            {
                if (host.Alive && host.Active.ContainsKey(session))
                {
                    // It came back before anybody noticed.
                    return;
                }

                _homes.Remove(session);
                if (Stored(session)?.Ended == false)
                {
                    HomeOf(session)?.Activate(session);
                }
            });
        }
    }

    public void RouterLost(RouterNode router) => Scheduler.After(ActivationDelay, () =>
    {
        if (router == Router)
        {
            ActivateRouter();
        }
    });

    public void ActivateRouter()
    {
        RouterNode router = new(this, _routers.Count + 1, _routers.Count % 2);
        _routers.Add(router);
        Trace.Write($"{router.Name} is activated");
        router.Start();
        Checker.NewRouter();
        TellMembers(router);
    }

    /// <summary>A drained device is gone.</summary>
    public void DeviceLeft(DeviceNode device)
    {
        Trace.Write($"{device.Name} has drained and leaves");
        device.Crash();
        Scheduler.After(TimeSpan.FromMilliseconds(500), device.Restart);
    }

    // Membership: slow to notice, and then told again and again.
    private void Announce()
    {
        foreach (RouterNode router in _routers)
        {
            if (router.Alive && router.Machine.Control.Phase != ControlPhase.Stopped)
            {
                TellMembers(router);
            }
        }

        Scheduler.After(TimeSpan.FromMilliseconds(400), Announce);
    }

    private void TellMembers(RouterNode router)
    {
        DeviceLife[] all = [.. Devices.Where(static device => device.Alive).Select(static device => device.Identity)];
        ControlMessage members = _wire.Carry(new MembersAre(all, [.. all.Where(life => Devices[life.Device].Draining)]));
        Scheduler.After(TimeSpan.FromMilliseconds(5), router, () => router.Receive(members));
    }

    private SessionHostNode? HomeOf(int session)
    {
        if (!_homes.TryGetValue(session, out SessionHostNode? home))
        {
            for (int i = 0; i < SessionHosts.Count && home is null; i++)
            {
                SessionHostNode candidate = SessionHosts[(session + i) % SessionHosts.Count];
                home = candidate.Alive ? candidate : null;
            }

            if (home is not null)
            {
                _homes[session] = home;
            }
        }

        return home;
    }

    private void Arrive(SimulatedProcess process, ControlMessage message, Action receive)
    {
        if (process.Alive)
        {
            Trace.Mark(process.Node, message.GetType().Name.Length);
            if (Trace.Keeps)
            {
                Trace.Write($"  {process.Name} <- {Describe.Message(message)}");
            }

            receive();
        }
    }

    private void AskStore(RouterNode router, ControlMessage message)
    {
        if (message is SavePlan save)
        {
            _plan = _wire.Carry(PlanStore.Save(_plan, save.Plan));
        }

        ControlMessage answer = _wire.Carry(message is SavePlan ? new PlanSaved(router.Number, _plan!) : new PlanRead(router.Number, _plan));
        Network.Send(StoreNode, router.Node, () => Arrive(router, answer, () => router.Receive(answer)));
    }
}
