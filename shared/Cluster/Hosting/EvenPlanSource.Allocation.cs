using OrleansInference.Cluster.Fleet;
using OrleansInference.Cluster.Protocol;

namespace OrleansInference.Cluster.Hosting;

/// <summary>Allocates devices to pipelines with as many devices as stages. Existing pipelines stay, even with fewer devices; a new one starts if there are enough spare devices.</summary>
public sealed partial class EvenPlanSource : IAllocationSource
{
    public IReadOnlyList<DeviceSlot> Allocate(IReadOnlyList<FleetPipeline> pipelines, DeviceAllocation current, IReadOnlySet<DeviceLife> usable, int most)
    {
        List<HashSet<DeviceLife>> groups = [.. current.Places.Where(place => usable.Contains(place.Device)).GroupBy(static place => place.Pipeline)
            .OrderByDescending(static same => same.Count()).ThenBy(static same => same.Key).Take(most).Select(static same => same.Select(static place => place.Device).ToHashSet())];
        HashSet<DeviceLife> serving = [.. pipelines.SelectMany(static pipeline => pipeline.Stages).Select(static stage => stage.Device)];
        // Devices without a plan are the first to change their pipeline.
        List<DeviceLife> free = [.. usable.Where(device => !groups.Exists(group => group.Contains(device))).OrderBy(static device => device.Device)];
        foreach (HashSet<DeviceLife> group in groups)
        {
            DeviceLife[] surplus = [.. group.OrderBy(serving.Contains).ThenByDescending(static device => device.Device).Take(Math.Max(0, group.Count - stages))];
            group.ExceptWith(surplus);
            free.AddRange(surplus);
        }

        foreach (HashSet<DeviceLife> group in groups)
        {
            Move(group, stages - group.Count);
        }

        while (groups.Count < most && (free.Count >= stages || groups.Count == 0))
        {
            groups.Add([]);
            Move(groups[^1], stages);
        }

        return DeviceSlots.Of(groups, current, usable);

        void Move(HashSet<DeviceLife> group, int count)
        {
            count = Math.Clamp(count, 0, free.Count);
            group.UnionWith(free[..count]);
            free.RemoveRange(0, count);
        }
    }

    /// <summary>Nothing is known of the devices, so the number of stages measures a pipeline.</summary>
    public double RateOf(IReadOnlyList<StageAssignment> stages) => Math.Max(1, stages.Count);
}
