using System.Collections.Concurrent;
using OrleansInference.Cluster.Fleet;
using OrleansInference.Cluster.Hosting;
using OrleansInference.Cluster.Planning;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Router;
using OrleansInference.Cluster.Stage.Rates;
using OrleansInference.Engine.Requests;
using OrleansInference.Engine.Scheduling;
using OrleansInference.Grains.Directory;
using OrleansInference.Grains.Links;
using OrleansInference.Grains.Messaging;
using DeviceState = OrleansInference.Grains.Directory.DeviceState;

namespace OrleansInference.Grains.Nodes;

/// <summary>
/// The state that a silo owns independently of the grains active on it: the devices with their weights and pages, the active sessions, and the gateway's streams. The grains are façades
/// of it.
/// </summary>
public sealed class InferenceNode : IDisposable
{
    private const int DeepestPipeline = 16;

    private readonly NodeSetup _setup;
    private readonly RateProbe? _probe;
    private readonly ConcurrentDictionary<int, PlannedSource> _planned = new(); // by pipeline
    private readonly ConcurrentDictionary<int, HostedRouter> _routers = new(); // by pipeline; a router continues after its grain has moved, until the next activation takes it over

    /// <param name="setup">Components of the node.</param>
    /// <param name="gateway">Number of the gateway; the numbers of the devices follow it.</param>
    public InferenceNode(NodeSetup setup, int gateway)
    {
        _setup = setup;
        Transport = new ClusterTransport(gateway, setup.Store, setup.Logger);
        Front = new SessionThread(gateway, Transport, setup.Store, setup.Sessions);
        Devices = [.. setup.Work.Select((work, index) => new DeviceThread(
            new DeviceLife(gateway + 1 + index, 1), work, Transport, setup.Stage with { Pipeline = setup.Terms.Pipelines == 1 ? 0 : -1 },
            new DeviceRate(new StepCost(setup.Costs), setup.Device.ReadBandwidth, setup.Device.ArithmeticRate, setup.Rates, setup.RatesAreKept)))];
        Transport.Join(Front);
        foreach (DeviceThread device in Devices)
        {
            Transport.Join(device.Self.Device, device);
        }

        if (setup.Links is { } links)
        {
            Links = new NodeLinks(gateway, links.Address, links.Port, setup.LinkTls, Transport.TakeDirect);
            Transport.Join(Links);
        }

        _probe = setup.Roofline is { } roofline ? new RateProbe(Devices, roofline, setup.Rates, setup.Measured) : null;
        Figures = new RouterFigures(() => Transport.View);
        Service = new ClusterInferenceService(setup.Model, setup.Serving, Front, setup.Store, () => Figures.View.Status);
    }

    public ClusterTransport Transport { get; }

    /// <summary>Links to other nodes; null if only grain calls are used.</summary>
    public NodeLinks? Links { get; }

    /// <summary>The node's view of the cluster, with figures.</summary>
    public RouterFigures Figures { get; }

    /// <summary>
    /// Called when a directory's view has changed, with the gateway of the notified node, the directory's activation, the version, and the changes if the node supports them.
    /// </summary>
    public Action<int, Guid, long, ViewUpdate?>? ViewChanged { get; set; }

    public SessionThread Front { get; }

    public IReadOnlyList<DeviceThread> Devices { get; }

    /// <summary>Metrics of the routers that are active here.</summary>
    public EngineMetrics Metrics { get; } = new();

    /// <summary>Reports of the routers that are active here.</summary>
    public IEnumerable<RouterReport> RouterReports => _routers.Values.Where(static router => !router.Ended).Select(static router => router.Report);

    public ClusterInferenceService Service { get; }

    public ServedModel Model => _setup.Model;

    public IClusterStore Store => _setup.Store;

    public NodeSetup Setup => _setup;

    public void Start()
    {
        Front.Start();
        foreach (DeviceThread device in Devices)
        {
            device.Start();
            if (_setup.ExpectsAllLayers)
            {
                device.Expect(new LayerRange(0, _setup.Costs.Layers.Count));
            }
        }

        _probe?.Start();
    }

    /// <summary>Runs the work of a router and its stages once, so that the start of a router or stage on this node delays streams less.</summary>
    public void WarmUp() => new PipelineWarmUp(_setup.Model, _setup.Serving, _setup.Control).Run();

    /// <summary>States of this node's devices.</summary>
    public IReadOnlyList<DeviceState> DeviceStates => [.. Devices.Select(State)];

    private DeviceState State(DeviceThread device, int index)
    {
        DeviceReport report = device.Report;
        return new DeviceState
        {
            Number = device.Self.Device,
            Kind = _setup.Device.Kind,
            MemoryBytes = _setup.Device.MemoryBytes,
            ReadBandwidth = device.Rate?.ReadBandwidth ?? _setup.Device.ReadBandwidth,
            ArithmeticRate = device.Rate?.ArithmeticRate ?? _setup.Device.ArithmeticRate,
            RateShare = device.Rate?.Share,
            Pages = _setup.Work[index].PageCount,
            StepTokens = _setup.StepTokens,
            FirstLayer = report.Layers.First,
            EndLayer = report.Layers.End,
            Epoch = report.Epoch,
            Steps = device.Counters.Steps,
            Computing = device.Counters.Computing,
            Waiting = device.Counters.Waiting,
            CopiedBytes = device.Counters.CopiedBytes,
            ReplayedBytes = device.Counters.ReplayedBytes,
            Replaying = device.Counters.Replaying,
            CorruptedPages = device.Counters.CorruptedPages,
            Pipeline = report.Pipeline,
        };
    }

    /// <summary>Creates the source of the device allocation for a directory that is active here.</summary>
    public IAllocationSource CreateAllocationSource() => (IAllocationSource?)CreateEven() ?? CreatePlanned();

    private IPlanSource CreatePlans(int pipeline)
    {
        if (CreateEven() is { } even)
        {
            return even;
        }

        PlannedSource planned = CreatePlanned();
        _planned[pipeline] = planned;
        return planned;
    }

    /// <returns>The source; null if the planner decides.</returns>
    private EvenPlanSource? CreateEven() => _setup.Terms.Stages is { } stages ? new EvenPlanSource(_setup.Costs.Layers.Count, stages) : null;

    private PlannedSource CreatePlanned() => new(_setup.Costs, _setup.Planner, _setup.Rates);

    /// <summary>Starts an activation of the router on the sessions' thread; see <see cref="Begin"/>.</summary>
    /// <param name="number">Number of the activation.</param>
    /// <param name="nodes">Nodes with devices; at least one.</param>
    public HostedRouter StartRouter(int number, IReadOnlyList<NodeState> nodes)
    {
        DeviceState[] devices = [.. nodes.SelectMany(static node => node.Devices)];
        int pages = devices.Min(static device => device.Pages);
        int positions = Math.Min(_setup.Model.ContextLength, pages * Compute.KvLayout.PageTokens);
        int rows = devices.Min(static device => device.StepTokens);
        RouterSetup setup = new()
        {
            Model = _setup.Model,
            Serving = _setup.Serving,
            Control = _setup.Control,
            Plans = CreatePlans(RouterNumbers.PipelineOf(number)),
            Metrics = Metrics,
            Events = new ControlEventLog(_setup.Logger, number, () => Transport.View),
            Limits = new SchedulerLimits(pages, positions, rows, Math.Min(rows, _setup.Serving.LogitRows(_setup.Model.VocabularySize)), DeepestPipeline, HostPages: _setup.Terms.KvOffloadTokens / Compute.KvLayout.PageTokens, PageBytes: _setup.Costs.KvBytesPerToken * Compute.KvLayout.PageTokens),
        };
        HostedRouter router = new(number, setup, Front);
        router.Start();
        return router;
    }

    /// <summary>Makes a started router the router of its pipeline.</summary>
    public void Begin(HostedRouter router, RouterHandover? inherited, PipelinePlan? prepared)
    {
        HostedRouter? before = _routers.GetValueOrDefault(router.Pipeline);
        _routers[router.Pipeline] = router;
        if (before is not null)
        {
            EndRouter(before);
        }

        router.Begin(inherited, prepared);
        Transport.Join(router);
    }

    /// <summary>Ends a router that was replaced.</summary>
    public void EndRouter(HostedRouter router)
    {
        _routers.TryRemove(new KeyValuePair<int, HostedRouter>(router.Pipeline, router));
        Transport.Leave(router);
        router.Dispose();
    }

    /// <summary>Ends a pipeline's router between two steps, so that another node can continue it.</summary>
    /// <returns>The handover; null if there is none.</returns>
    public async Task<RouterHandover?> TakeRouterAsync(int pipeline)
    {
        if (!_routers.TryGetValue(pipeline, out HostedRouter? router))
        {
            return null;
        }

        RouterHandover? handover = await router.LeaveAsync();
        EndRouter(router);
        return handover;
    }

    /// <summary>Updates the device descriptions of the planner of a pipeline's router.</summary>
    public void Describe(int pipeline, IReadOnlyList<NodeState> nodes)
    {
        if (_planned.TryGetValue(pipeline, out PlannedSource? planned))
        {
            planned.Describe(nodes);
        }
    }

    public void Dispose()
    {
        _probe?.Dispose();
        Metrics.Dispose();
        Links?.Dispose();
        Front.Dispose();
        foreach (DeviceThread device in Devices)
        {
            device.Dispose();
        }
    }
}
