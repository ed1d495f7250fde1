namespace OrleansInference.Cluster.Planning;

/// <summary>Finds the best plan regardless of the bytes to move: first with classes of devices, then with the actual devices in several orders.</summary>
internal sealed class PlanSearch(PlanningCase problem, PlannerOptions options)
{
    private readonly OrderedSearch _ordered = new(problem);
    private readonly SubsetSearch _subsets = new(problem);
    private readonly UniformSearch _uniform = new(problem);

    /// <returns>The pipelines, and an upper bound of steps per second for every plan.</returns>
    public (List<Pipeline> Pipelines, double Bound) Find()
    {
        DeviceClasses classes = _subsets.CanSearch(problem.Devices.Length) ? DeviceClasses.Singles(problem.Figures) : DeviceClasses.Group(problem.Figures);
        bool uniform = !classes.Exact && problem.Costs.UniformBetween;
        ReachSearch search = new(problem.Costs, classes.Worst);
        DeviceGroups groups = new(problem.Costs, search, classes.Counts, options.MaxPipelines);
        List<DeviceGroup> found = groups.Find();
        List<Pipeline>? pipelines = found.Count == 0
            ? Fallback(uniform)
            : Refine(DeviceAssignment.Assign(problem, classes, search, found), found, classes, uniform);
        if (pipelines is null)
            PlanFailure.Throw(problem);

        double bound = problem.Costs.MostStepsPerSecond(problem.Figures);
        bool exact = options.MaxPipelines == 1 ? classes.Exact || uniform : classes.Exact && groups.Exact;
        if (exact)
            bound = PlanMeasure.Of(problem, pipelines)!.Value.Rate;
        else if (options.MaxPipelines == 1)
            bound = Math.Min(bound, 1e12 / new ReachSearch(problem.Costs, classes.Best).Minimum(classes.Counts));
        return (pipelines, bound);
    }

    private List<Pipeline> Refine(List<int[]> orders, List<DeviceGroup> groups, DeviceClasses classes, bool uniform)
    {
        HashSet<int> used = [.. orders.SelectMany(order => order)];
        List<Pipeline> pipelines = [];
        for (int index = 0; index < orders.Count; index++)
        {
            int[] order = orders[index];
            // Devices of the group that the bottleneck does not need may still reduce the latency.
            List<int> spare = [];
            for (int kind = 0; kind < classes.Counts.Length; kind++)
            {
                int surplus = groups[index].Counts[kind] - order.Count(device => classes.Members[kind].Contains(device));
                spare.AddRange(classes.Members[kind].Where(device => !used.Contains(device)).Take(surplus));
            }

            used.UnionWith(spare);
            pipelines.Add(Best(order, [.. order, .. spare], uniform));
        }

        return pipelines;
    }

    private Pipeline Best(int[] order, int[] all, bool uniform)
    {
        if (_subsets.CanSearch(problem.Devices.Length))
            return problem.Describe(_subsets.Find(all)!);
        int[] byNode = [.. all.GroupBy(device => problem.Devices[device].Node).SelectMany(node => node)];
        int[] byLayer = [.. all.OrderBy(device => problem.FirstHeld(device))];
        int[] bySpeed = [.. all.OrderBy(device => problem.Figures[device].PicosecondsPerByte)];
        Pipeline? best = null;
        PlanMeasure bestMeasure = default;
        foreach (int[] candidate in new[] { order, all, byNode, byLayer, bySpeed, uniform ? _uniform.Order(all) ?? [] : [] })
        {
            if (_ordered.Find(candidate) is not { } stages)
                continue;
            Pipeline pipeline = problem.Describe(stages);
            PlanMeasure measure = PlanMeasure.Of(problem, [pipeline])!.Value;
            if (best is null || measure.IsBetterThan(bestMeasure))
                (best, bestMeasure) = (pipeline, measure);
        }

        return best!;
    }

    // Called when the layers do not fit on the lower bounds of the classes. They may fit on the actual devices, which are tried in simple orders.
    private List<Pipeline>? Fallback(bool uniform)
    {
        int[] all = [.. Enumerable.Range(0, problem.Devices.Length)];
        int[][] orders =
        [
            uniform ? _uniform.Order(all) ?? [] : [],
            [.. all.OrderBy(device => problem.Figures[device].PicosecondsPerByte)],
            [.. all.OrderByDescending(device => problem.Figures[device].MemoryBytes)],
            [.. all.OrderBy(device => problem.Figures[device].MemoryBytes)],
        ];
        List<(int, int, int)>? stages = orders.Select(_ordered.Find).FirstOrDefault(found => found is not null);
        return stages is null ? null : [problem.Describe(stages)];
    }
}
