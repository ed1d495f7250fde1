using System.Collections.Concurrent;
using OrleansInference.Cluster.Planning;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Router;
using OrleansInference.Cluster.Stage.Rates;
using OrleansInference.Compute.Measurement;
using OrleansInference.Models;

namespace OrleansInference.Cluster.Hosting;

/// <summary>Plans by the planner, from what the nodes announced of their devices.</summary>
/// <param name="model">What is planned for.</param>
/// <param name="options">The load, and how readily a plan gives way.</param>
/// <param name="rates">With what patience plans follow the rates of devices.</param>
internal sealed partial class PlannedSource(ModelCost model, PlannerOptions options, RateOptions? rates = null) : IPlanSource
{
    private readonly Planner _planner = new(model, options with { MaxPipelines = 1 });
    private readonly ConcurrentDictionary<DeviceLife, DeviceDescription> _devices = new();
    private readonly ConcurrentDictionary<DeviceLife, double?> _reported = new(); // shares of their normal rates
    private readonly PlannedShares _shares = new(rates ?? new RateOptions());
    private readonly ConcurrentDictionary<DeviceLife, long> _limits = new(); // of memory, below what devices had no room for

    /// <summary>Takes note of a device; from any thread.</summary>
    /// <param name="device">Which one.</param>
    /// <param name="description">With its figures when it has nothing else to do.</param>
    /// <param name="share">Of its normal rate, as it reports; null where it does not know.</param>
    public void Describe(DeviceLife device, DeviceDescription description, double? share = null)
    {
        _devices[device] = description with { Id = device.ToString() };
        _reported[device] = share;
    }

    /// <summary>Weighs what devices report, after all of them were described; from any thread.</summary>
    /// <param name="present">All devices that there are.</param>
    /// <param name="now">The time since some beginning.</param>
    public void Weigh(IEnumerable<DeviceLife> present, TimeSpan now) => _shares.Weigh([.. present.Select(device => (device, _reported.GetValueOrDefault(device)))], now);

    /// <summary>The part of its rate that a device is planned with.</summary>
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
