using System.Globalization;
using OrleansInference.Cluster.Fleet;
using OrleansInference.Cluster.Hosting;
using OrleansInference.Cluster.Planning;
using OrleansInference.Cluster.Router;
using OrleansInference.Cluster.Stage.Rates;
using OrleansInference.Compute.Measurement;
using OrleansInference.Simulation.Scenarios;

namespace OrleansInference.Simulation.Cluster;

/// <summary>Planner with the devices of a scenario. It caches its answers, because it gets the same questions repeatedly.</summary>
internal sealed class SimulatedPlans : IPlanSource, IAllocationSource
{
    private const long LayerBytes = 1 << 20;
    private const double Figure = 1e9; // of the slowest devices: bytes and operations a second

    /// <summary>Options with which devices learn rates, and plans follow them, within the time of the faults.</summary>
    public static readonly RateOptions Rates = new()
    {
        Window = TimeSpan.FromMilliseconds(50),
        WindowSteps = 4,
        FirstSteps = 2,
        SlowAfter = TimeSpan.FromMilliseconds(500),
        NormalAfter = TimeSpan.FromMilliseconds(500),
        MaxNormalAfter = TimeSpan.FromSeconds(5),
        ForgetAfter = TimeSpan.FromSeconds(20),
        ProbeSlowInterval = TimeSpan.FromMilliseconds(150),
        ProbeAfter = TimeSpan.FromMilliseconds(500),
        ProbeInterval = TimeSpan.FromSeconds(5),
        QuietFor = TimeSpan.FromMilliseconds(100),
    };

    private readonly Dictionary<string, IReadOnlyList<StageAssignment>?> _answers = [];
    private readonly PlannedSource _planner;
    private readonly World _world;

    private SimulatedPlans(World world)
    {
        _world = world;
        _planner = new PlannedSource(ModelOf(world.Scenario), new PlannerOptions { KvTokens = 0 }, Rates);
    }

    /// <summary>Creates the plan source: the planner, or simple rules.</summary>
    public static IPlanSource For(World world) => world.Scenario.Shapes.Count == 0 ? Even(world.Scenario) : new SimulatedPlans(world);

    /// <summary>Creates the allocation source in the same way.</summary>
    public static IAllocationSource AllocationsFor(World world) => world.Scenario.Shapes.Count == 0 ? Even(world.Scenario) : new SimulatedPlans(world);

    /// <summary>Creates the rate that a device learns, from its initial figures: those of a slow device are too low.</summary>
    public static DeviceRate RateOf(Scenario scenario, int device, double slowness)
    {
        double figure = Figure * scenario.Shape(device).Speed / slowness;
        return new DeviceRate(new StepCost(ModelOf(scenario)), figure, figure, Rates);
    }

    /// <summary>Result of measuring a device.</summary>
    public static ProbeResult Probe(Scenario scenario, int device, double slowness)
    {
        double figure = Figure * scenario.Shape(device).Speed / slowness;
        return new ProbeResult(figure, figure, figure, figure);
    }

    public IReadOnlyList<DeviceSlot> Allocate(IReadOnlyList<FleetPipeline> pipelines, DeviceAllocation current, IReadOnlySet<DeviceLife> usable, int most)
    {
        Describe(usable);
        return _planner.Allocate(pipelines, current, usable, most);
    }

    public double RateOf(IReadOnlyList<StageAssignment> stages) => _planner.RateOf(stages);

    public IReadOnlyList<StageAssignment>? Choose(IReadOnlyList<StageAssignment>? inForce, IReadOnlySet<DeviceLife> usable)
    {
        Describe(usable);
        string question = $"{string.Join(' ', inForce ?? [])}/{string.Join(' ', usable.OrderBy(static device => device.Device).Select(Known))}";
        if (!_answers.TryGetValue(question, out IReadOnlyList<StageAssignment>? answer))
        {
            _answers.Add(question, answer = _planner.Choose(inForce, usable));
        }

        return answer;
    }

    public bool Fits(DeviceLife device, LayerRange layers) => _planner.Fits(device, layers);

    public void Refuse(DeviceLife device, LayerRange layers)
    {
        _planner.Refuse(device, layers);
        _answers.Clear();
    }

    public void ForgetRefusals()
    {
        _planner.ForgetRefusals();
        _answers.Clear();
    }

    private static EvenPlanSource Even(Scenario scenario) => new(scenario.Layers, scenario.Stages);

    private void Describe(IReadOnlySet<DeviceLife> devices)
    {
        foreach (DeviceLife device in devices)
        {
            _planner.Describe(device, Describe(device), RateOf(device)?.Share);
        }

        _planner.Weigh(devices, _world.Timeline.Now);
    }

    private string Known(DeviceLife device) => string.Create(CultureInfo.InvariantCulture, $"{device}×{_planner.PlannedShare(device)}×{RateOf(device)?.ReadBandwidth}");

    /// <summary>Rate report of a device; null if rates are not followed, or if the device is gone.</summary>
    private RateReport? RateOf(DeviceLife device) => _world.Devices[device.Device].Identity == device ? _world.Devices[device.Device].Rate?.Report : null;

    private static ModelCost ModelOf(Scenario scenario) => new()
    {
        Layers = [.. Enumerable.Repeat(new LayerCost(LayerBytes, LayerBytes, 1e6, 0), scenario.Layers)],
        ActivationBytesPerToken = 8,
    };

    private DeviceDescription Describe(DeviceLife device)
    {
        DeviceShape shape = _world.Scenario.Shape(device.Device);
        double figure = RateOf(device)?.ReadBandwidth ?? Figure * shape.Speed;
        return new DeviceDescription
        {
            Id = device.ToString(),
            Node = $"node{device.Device}",
            MemoryBytes = shape.Layers * LayerBytes,
            ReadBandwidth = figure,
            ArithmeticRate = figure,
        };
    }
}
