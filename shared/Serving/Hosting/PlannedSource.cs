using System.Collections.Concurrent;
using OrleansInference.Models;
using OrleansInference.Serving.Control;
using OrleansInference.Serving.Planning;

namespace OrleansInference.Serving.Hosting;

/// <summary>Plans by the planner, from what the nodes announced of their devices.</summary>
internal sealed partial class PlannedSource(ModelCost model, PlannerOptions options) : IPlanSource
{
    private readonly Planner _planner = new(model, options with { MaxPipelines = 1 });
    private readonly ConcurrentDictionary<DeviceLife, DeviceDescription> _devices = new();
    private readonly ConcurrentDictionary<DeviceLife, long> _limits = new(); // of memory, below what devices had no room for

    /// <summary>Takes note of a device; from any thread.</summary>
    public void Describe(DeviceLife device, DeviceDescription description) => _devices[device] = description with { Id = device.ToString() };

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
        return announced with { MemoryBytes = Math.Min(announced.MemoryBytes, _limits.GetValueOrDefault(device, long.MaxValue)) };
    }

    private Dictionary<string, DeviceLife> Described(IEnumerable<DeviceLife> usable) => usable.Where(_devices.ContainsKey).ToDictionary(static device => device.ToString());

    private static Planning.Pipeline Described(IReadOnlyList<StageAssignment> stages) =>
        new([.. stages.Select(static stage => new PlannedStage(stage.Device.ToString(), stage.Layers.First, stage.Layers.End))]);

    private Plan? InForce(IReadOnlyList<StageAssignment>? stages) => stages is null ? null : new Plan(1, model.Layers.Count, [Described(stages)]);
}
