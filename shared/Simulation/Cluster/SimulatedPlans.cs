using OrleansInference.Serving.Control;
using OrleansInference.Serving.Hosting;
using OrleansInference.Serving.Planning;
using OrleansInference.Simulation.Running;

namespace OrleansInference.Simulation.Cluster;

/// <summary>The planner with the devices of a scenario, which remembers its answers: it is asked the same again and again.</summary>
internal sealed class SimulatedPlans : IPlanSource, IDivisionSource
{
    private const long LayerBytes = 1 << 20;

    private readonly Dictionary<string, IReadOnlyList<StageAssignment>?> _answers = [];
    private readonly PlannedSource _planner;
    private readonly Scenario _scenario;

    private SimulatedPlans(Scenario scenario)
    {
        ModelCost model = new()
        {
            Layers = [.. Enumerable.Repeat(new LayerCost(LayerBytes, LayerBytes, 1e6, 0), scenario.Layers)],
            ActivationBytesPerToken = 8,
        };
        _scenario = scenario;
        _planner = new PlannedSource(model, new PlannerOptions { KvTokens = 0 });
    }

    /// <summary>Plans of the planner, or by simple rules.</summary>
    public static IPlanSource For(Scenario scenario) => scenario.Shapes.Count == 0 ? Even(scenario) : new SimulatedPlans(scenario);

    /// <summary>Divisions of the devices in the same way.</summary>
    public static IDivisionSource DivisionsFor(Scenario scenario) => scenario.Shapes.Count == 0 ? Even(scenario) : new SimulatedPlans(scenario);

    public IReadOnlyList<DevicePlace> Divide(IReadOnlyList<FleetPipeline> pipelines, Division current, IReadOnlySet<DeviceLife> usable, int most)
    {
        Describe(usable);
        return _planner.Divide(pipelines, current, usable, most);
    }

    public double RateOf(IReadOnlyList<StageAssignment> stages) => _planner.RateOf(stages);

    public IReadOnlyList<StageAssignment>? Choose(IReadOnlyList<StageAssignment>? inForce, IReadOnlySet<DeviceLife> usable)
    {
        string question = $"{string.Join(' ', inForce ?? [])}/{string.Join(' ', usable.OrderBy(static device => device.Device))}";
        if (!_answers.TryGetValue(question, out IReadOnlyList<StageAssignment>? answer))
        {
            Describe(usable);
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
            _planner.Describe(device, Describe(device));
        }
    }

    private DeviceDescription Describe(DeviceLife device)
    {
        DeviceShape shape = _scenario.Shape(device.Device);
        return new DeviceDescription
        {
            Id = device.ToString(),
            Node = $"node{device.Device}",
            MemoryBytes = shape.Layers * LayerBytes,
            ReadBandwidth = 1e9 * shape.Speed,
            ArithmeticRate = 1e9 * shape.Speed,
        };
    }
}
