using OrleansInference.Compute;
using OrleansInference.Engine.KvCache;
using OrleansInference.Simulation.Kernel;
using OrleansInference.Simulation.Model;
using OrleansInference.Simulation.Scenarios;

namespace OrleansInference.Simulation.Cluster;

/// <summary>Cluster of one run, with its environment: the directory, the membership and durable storage.</summary>
internal sealed partial class World
{
    /// <summary>Interval of the actors' ticks.</summary>
    public static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(50);

    // Model as far as requests need it; the simulator has no text.
    private static readonly ServedModel Model = new()
    {
        Id = "toy",
        Created = default,
        ContextLength = 128,
        VocabularySize = ToyModel.VocabularySize,
        EndOfSequence = [ToyModel.VocabularySize - 3],
        Fingerprint = "toy",
    };

    private readonly List<RouterNode> _routers = [];
    private readonly Dictionary<string, PageRoot> _roots = [];
    private readonly WireForm _wire;
    private SeededRandom _storage;

    public World(Scenario scenario, bool keepsTrace)
    {
        Scenario = scenario;
        SeededRandom random = new SeededRandom(scenario.Seed).Split("run");
        Timeline = new Timeline();
        Time = new SimulatedTime(Timeline);
        Trace = new Trace(Timeline, keepsTrace);
        Network = new SimulatedNetwork(Timeline, random.Split("network"), scenario.Nodes);
        _storage = random.Split("storage");
        _allocations = SimulatedPlans.AllocationsFor(this);
        _wire = new WireForm(scenario.Wire);
        Checker = new Checker(this);
        Bugs = new BugPlanter(scenario.Bug, this);
        int node = 2; // activations of the router alternate between the first two
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
        ActivateDirectory();
        for (int pipeline = 0; pipeline < scenario.Pipelines; pipeline++)
        {
            ActivateRouter(pipeline);
        }

        Announce();
    }

    public Scenario Scenario { get; }

    public Timeline Timeline { get; }

    public SimulatedTime Time { get; }

    public SimulatedNetwork Network { get; }

    public Trace Trace { get; }

    public Checker Checker { get; }

    public BugPlanter Bugs { get; }

    public IReadOnlyList<DeviceNode> Devices { get; }

    public IReadOnlyList<SessionHostNode> SessionHosts { get; }

    public IReadOnlyList<GatewayNode> Gateways { get; }

    public IReadOnlyList<SimulatedClient> Clients { get; }

    /// <summary>Activation of a pipeline's router that the directory knows.</summary>
    public RouterNode RouterOf(int pipeline) => _routers.FindLast(router => router.Pipeline == pipeline)!;

    /// <summary>Activation that the directory knows, for each pipeline.</summary>
    public IEnumerable<RouterNode> Rulers => Enumerable.Range(0, Scenario.Pipelines).Select(RouterOf);

    public IReadOnlyList<RouterNode> Routers => _routers;

    public int StoreNode { get; }

    public int Positions => Math.Min(Model.ContextLength, Scenario.PageCount * KvLayout.PageTokens);

    public PageRoot RootOf(string group)
    {
        if (!_roots.TryGetValue(group, out PageRoot root))
        {
            _roots[group] = root = PageRoot.Create("toy", "", System.Text.Encoding.UTF8.GetBytes(group));
        }

        return root;
    }

    public StopConditions StopsOf(GenerationRequest request) => new(request, Model, Positions);
}
