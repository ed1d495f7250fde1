using OrleansInference.Cluster.Fleet;
using OrleansInference.Cluster.Planning;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Models;

namespace OrleansInference.Cluster.Hosting;

/// <summary>Allocates devices so that all pipelines together make the most steps a second.</summary>
public sealed partial class PlannedSource : IAllocationSource
{
    public IReadOnlyList<DeviceSlot> Allocate(IReadOnlyList<FleetPipeline> pipelines, DeviceAllocation current, IReadOnlySet<DeviceLife> usable, int most)
    {
        Dictionary<string, DeviceLife> lives = Described(usable);
        List<HashSet<DeviceLife>> groups;
        try
        {
            IReadOnlyList<Planning.Pipeline> inForce = [.. pipelines.Where(static pipeline => pipeline.Stages.Count > 0).Select(static pipeline => Described(pipeline.Stages))];
            Plan? before = inForce.Count > 0 && AreApart(inForce) ? new Plan(1, model.Layers.Count, inForce) : null;
            Plan plan = new Planner(model, options with { MaxPipelines = most }).Create([.. lives.Values.Select(Description)], before).Plan;
            groups = [.. plan.Pipelines.Select(pipeline => pipeline.Stages.Select(stage => lives[stage.Device]).ToHashSet())];
        }
        catch (InferenceException error) when (error.Code == ErrorCode.OutOfMemory)
        {
            groups = [[.. usable]]; // the pipeline's router then reports the missing memory
        }

        return DeviceSlots.Of(groups, current, usable);
    }

    public double RateOf(IReadOnlyList<StageAssignment> stages) =>
        stages.All(stage => _devices.ContainsKey(stage.Device)) && _planner.StepsPerSecond([.. stages.Select(stage => Description(stage.Device))], Described(stages)) is { } rate ? rate : 1;

    private static bool AreApart(IReadOnlyList<Planning.Pipeline> pipelines)
    {
        HashSet<string> devices = [];
        return pipelines.SelectMany(static pipeline => pipeline.Stages).All(stage => devices.Add(stage.Device));
    }
}
