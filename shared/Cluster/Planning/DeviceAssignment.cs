namespace OrleansInference.Cluster.Planning;

/// <summary>
/// Assigns devices to groups of device classes. It prefers the device that already holds the most of a stage's layers, then a device on the node of the previous stage.
/// </summary>
internal static class DeviceAssignment
{
    /// <returns>The devices of each group in the order of their stages.</returns>
    public static List<int[]> Assign(PlanningCase problem, DeviceClasses classes, ReachSearch search, List<DeviceGroup> groups)
    {
        List<List<(int Kind, int First, int End)>> paths = [.. groups.Select(group => search.Path(group.Counts, group.Bottleneck))];
        List<int[]> orders = [.. paths.Select(path => new int[path.Count])];
        orders.ForEach(order => Array.Fill(order, -1));
        HashSet<int> used = [];
        List<(long Held, int Group, int Stage, int Device)> pairs = [];
        for (int group = 0; group < paths.Count; group++)
        {
            for (int stage = 0; stage < paths[group].Count; stage++)
            {
                (int kind, int first, int end) = paths[group][stage];
                foreach (int device in classes.Members[kind])
                {
                    long held = problem.BytesHeld(device, first, end);
                    if (held > 0)
                        pairs.Add((held, group, stage, device));
                }
            }
        }

        foreach ((long _, int group, int stage, int device) in pairs.OrderByDescending(pair => pair.Held))
        {
            if (orders[group][stage] < 0 && used.Add(device))
                orders[group][stage] = device;
        }

        Queue<int>[] rest = [.. classes.Members.Select(members => Rest(problem, members, used))];
        for (int group = 0; group < paths.Count; group++)
        {
            for (int stage = 0; stage < paths[group].Count; stage++)
            {
                if (orders[group][stage] < 0)
                    orders[group][stage] = Take(problem, rest[paths[group][stage].Kind], stage == 0 ? -1 : orders[group][stage - 1]);
            }
        }

        return orders;
    }

    private static Queue<int> Rest(PlanningCase problem, int[] members, HashSet<int> used) =>
        new(members.Where(device => !used.Contains(device)).GroupBy(device => problem.Devices[device].Node)
            .OrderByDescending(node => node.Count()).ThenBy(node => node.Key, StringComparer.Ordinal).SelectMany(node => node));

    private static int Take(PlanningCase problem, Queue<int> rest, int before)
    {
        for (int turn = 0; before >= 0 && turn < rest.Count; turn++)
        {
            if (problem.Devices[rest.Peek()].Node == problem.Devices[before].Node)
                break;
            rest.Enqueue(rest.Dequeue());
        }

        return rest.Dequeue();
    }
}
