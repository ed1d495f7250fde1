using System.Collections.Concurrent;
using OrleansInference.Cluster.Planning;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Router;
using OrleansInference.Cluster.Stage.Rates;
using OrleansInference.Compute.Measurement;
using OrleansInference.Models;

namespace OrleansInference.Cluster.Hosting;

/// <summary>Plans with the planner, from the devices that nodes announced.</summary>
/// <param name="model">Costs of the model.</param>
/// <param name="options">Load to plan for, and thresholds for replacing a plan.</param>
/// <param name="rates">Options for how quickly plans follow the rates of devices.</param>
public sealed partial class PlannedSource(ModelCost model, PlannerOptions options, RateOptions? rates = null) : IPlanSource
{
    private readonly Planner _planner = new(model, options with { MaxPipelines = 1 });
    private readonly ConcurrentDictionary<DeviceLife, DeviceDescription> _devices = new();
    private readonly ConcurrentDictionary<DeviceLife, double?> _reported = new(); // fractions of their normal rates
    private readonly PlannedShares _shares = new(rates ?? new RateOptions());
    private readonly ConcurrentDictionary<DeviceLife, long> _limits = new(); // of memory, below requests that devices refused

    /// <summary>Records a device. Thread-safe.</summary>
    /// <param name="device">The device in its current life.</param>
    /// <param name="description">Description with the figures of an idle device.</param>
    /// <param name="share">Reported fraction of its normal rate; null if unknown.</param>
    public void Describe(DeviceLife device, DeviceDescription description, double? share = null)
    {
        _devices[device] = description with { Id = device.ToString() };
        _reported[device] = share;
    }

    /// <summary>Applies the reports of devices after all of them were described. Thread-safe.</summary>
    /// <param name="present">All present devices.</param>
    /// <param name="now">Current time, measured from any fixed origin.</param>
    public void Weigh(IEnumerable<DeviceLife> present, TimeSpan now) => _shares.Weigh([.. present.Select(device => (device, _reported.GetValueOrDefault(device)))], now);

    /// <summary>Fraction of its rate with which a device is planned.</summary>
    public double PlannedShare(DeviceLife device) => _shares.Of(device);

    public string? Shortage { get; private set; }

    public IReadOnlyList<StageAssignment>? Choose(IReadOnlyList<StageAssignment>? inForce, IReadOnlySet<DeviceLife> usable)
    {
        Dictionary<string, DeviceLife> lives = Described(usable);
        Shortage = null;
        try
        {
            PlanOutcome outcome = _planner.Create([.. lives.Values.Select(Description)], InForce(inForce));
            return [.. outcome.Plan.Pipelines[0].Stages.Select(stage => new StageAssignment(lives[stage.Device], new LayerRange(stage.FirstLayer, stage.EndLayer)))];
        }
        catch (InferenceException error) when (error.Code == ErrorCode.OutOfMemory)
        {
            Shortage = error.Message;
            return null;
        }
    }

    public bool Fits(DeviceLife device, LayerRange layers) => _devices.ContainsKey(device) && _planner.Fits(Description(device), layers.First, layers.End);

    public void Refuse(DeviceLife device, LayerRange layers)
    {
        long below = Math.Max(_planner.Bytes(layers.First, layers.End) - 1, 0);
        _limits.AddOrUpdate(device, below, (_, limit) => Math.Min(limit, below));
    }

    public void ForgetRefusals() => _limits.Clear();

    private DeviceDescription Description(DeviceLife device)
    {
        DeviceDescription announced = _devices[device];
        double share = _shares.Of(device);
        return announced with
        {
            MemoryBytes = Math.Min(announced.MemoryBytes, _limits.GetValueOrDefault(device, long.MaxValue)),
            ReadBandwidth = announced.ReadBandwidth * share,
            ArithmeticRate = announced.ArithmeticRate * share,
        };
    }

    private Dictionary<string, DeviceLife> Described(IEnumerable<DeviceLife> usable) => usable.Where(_devices.ContainsKey).ToDictionary(static device => device.ToString());

    private static Planning.Pipeline Described(IReadOnlyList<StageAssignment> stages) =>
        new([.. stages.Select(static stage => new PlannedStage(stage.Device.ToString(), stage.Layers.First, stage.Layers.End))]);

    private Plan? InForce(IReadOnlyList<StageAssignment>? stages) => stages is null ? null : new Plan(1, model.Layers.Count, [Described(stages)]);
}
