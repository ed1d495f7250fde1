namespace OrleansInference.Cluster.Planning;

/// <summary>Repairs the plan in force with as little change as possible: intact pipelines stay as they are, and free devices complete the broken ones.</summary>
internal static class PlanRepair
{
    /// <returns>The pipelines; null if none can be repaired.</returns>
    public static List<Pipeline>? Repair(PlanningCase problem, Plan inForce, int maxPipelines)
    {
        if (inForce.Pipelines.Count > maxPipelines)
            return null;
        HashSet<string> used = [.. inForce.Pipelines.SelectMany(pipeline => pipeline.Stages).Select(stage => stage.Device)];
        List<int> free = [.. Enumerable.Range(0, problem.Devices.Length).Where(device => !used.Contains(problem.Devices[device].Id))];
        List<Pipeline> result = [];
        foreach (Pipeline pipeline in inForce.Pipelines)
        {
            if (PlanMeasure.Of(problem, [pipeline]) is not null)
            {
                result.Add(pipeline);
                continue;
            }

            List<int> order = Order(problem, pipeline, free);
            if (new OrderedSearch(problem, movementFirst: true).Find(order) is not { } stages)
                continue;
            free.RemoveAll(device => stages.Exists(stage => stage.Device == device));
            result.Add(problem.Describe(stages));
        }

        return result.Count == 0 ? null : result;
    }

    // Free devices replace the first lost one; the search can leave them out.
    private static List<int> Order(PlanningCase problem, Pipeline pipeline, List<int> free)
    {
        List<int> order = [];
        bool inserted = false;
        foreach (PlannedStage stage in pipeline.Stages)
        {
            if (problem.Indices.TryGetValue(stage.Device, out int device))
            {
                order.Add(device);
            }
            else if (!inserted)
            {
                order.AddRange(free);
                inserted = true;
            }
        }

        if (!inserted)
            order.AddRange(free);
        return order;
    }
}
