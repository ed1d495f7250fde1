using OrleansInference.Models;
using OrleansInference.Serving.Planning;

namespace OrleansInference.Serving.Control;

/// <summary>Plans of one pipeline, by the <see cref="Planner"/>.</summary>
/// <param name="planner">For one pipeline at most; its gain threshold keeps the plan in force from changing for little.</param>
/// <param name="describe">What is known of a device; null: nothing, and it gets no layers.</param>
internal sealed class PlannerSource(Planner planner, Func<DeviceLife, DeviceDescription?> describe) : IPlanSource
{
    public IReadOnlyList<StageAssignment>? Choose(IReadOnlyList<StageAssignment>? inForce, IReadOnlySet<DeviceLife> usable)
    {
        Dictionary<string, DeviceLife> known = [];
        List<DeviceDescription> devices = [];
        foreach (DeviceLife device in usable.OrderBy(static device => device.Device))
        {
            if (describe(device) is { } description)
            {
                known.Add(device.ToString(), device);
                devices.Add(description with { Id = device.ToString() });
            }
        }

        try
        {
            Plan plan = planner.Create(devices, inForce is null ? null : Describe(inForce)).Plan;
            return [.. plan.Pipelines[0].Stages.Select(stage => new StageAssignment(known[stage.Device], new LayerRange(stage.FirstLayer, stage.EndLayer)))];
        }
        catch (InferenceException error) when (error.Code == ErrorCode.OutOfMemory)
        {
            return null;
        }
    }

    public bool Fits(DeviceLife device, LayerRange layers) => describe(device) is { } description && planner.Fits(description, layers.First, layers.End);

    private static Plan Describe(IReadOnlyList<StageAssignment> stages) =>
        new(0, stages[^1].Layers.End, [new Pipeline([.. stages.Select(static stage => new PlannedStage(stage.Device.ToString(), stage.Layers.First, stage.Layers.End))])]);
}
