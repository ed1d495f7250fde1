using System.Collections.Concurrent;
using OrleansInference.Models;
using OrleansInference.Serving.Control;
using OrleansInference.Serving.Planning;

namespace OrleansInference.Serving.Hosting;

/// <summary>Plans by the planner, from what the nodes announced of their devices.</summary>
internal sealed class PlannedSource(ModelCost model, PlannerOptions options) : IPlanSource
{
    private readonly Planner _planner = new(model, options with { MaxPipelines = 1 });
    private readonly ConcurrentDictionary<DeviceLife, DeviceDescription> _devices = new();

    /// <summary>Takes note of a device; from any thread.</summary>
    public void Describe(DeviceLife device, DeviceDescription description) => _devices[device] = description with { Id = device.ToString() };

    public IReadOnlyList<StageAssignment>? Choose(IReadOnlyList<StageAssignment>? inForce, IReadOnlySet<DeviceLife> usable)
    {
        Dictionary<string, DeviceLife> lives = usable.Where(_devices.ContainsKey).ToDictionary(static device => device.ToString());
        try
        {
            PlanOutcome outcome = _planner.Create([.. lives.Values.Select(device => _devices[device])], InForce(inForce));
            return [.. outcome.Plan.Pipelines[0].Stages.Select(stage => new StageAssignment(lives[stage.Device], new LayerRange(stage.FirstLayer, stage.EndLayer)))];
        }
        catch (InferenceException error) when (error.Code == ErrorCode.OutOfMemory)
        {
            return null;
        }
    }

    public bool Fits(DeviceLife device, LayerRange layers) =>
        _devices.TryGetValue(device, out DeviceDescription? description) && _planner.Fits(description, layers.First, layers.End);

    private Plan? InForce(IReadOnlyList<StageAssignment>? stages) => stages is null
        ? null
        : new Plan(1, model.Layers.Count, [new Planning.Pipeline([.. stages.Select(static stage => new PlannedStage(stage.Device.ToString(), stage.Layers.First, stage.Layers.End))])]);
}
