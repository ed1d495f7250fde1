using OrleansInference.Cluster.Protocol;

namespace OrleansInference.Cluster.Hosting;

/// <summary>Numbers groups of devices as pipelines, so that as few devices as possible change their pipeline.</summary>
internal static class DeviceSlots
{
    /// <param name="groups">Groups of devices that form a pipeline; no device is in two.</param>
    /// <param name="current">Current allocation.</param>
    /// <param name="usable">All devices. A device without a group stays where it is, or joins the pipeline with the fewest devices.</param>
    public static IReadOnlyList<DeviceSlot> Of(IReadOnlyList<IReadOnlySet<DeviceLife>> groups, DeviceAllocation current, IReadOnlySet<DeviceLife> usable)
    {
        int[] numbers = Number(groups, current);
        Dictionary<DeviceLife, int> places = [];
        for (int group = 0; group < groups.Count; group++)
        {
            foreach (DeviceLife device in groups[group])
            {
                places[device] = numbers[group];
            }
        }

        foreach (DeviceLife device in usable.Where(device => !places.ContainsKey(device)).OrderBy(static device => device.Device).ToList())
        {
            int place = current.PipelineOf(device);
            places[device] = numbers.Contains(place) ? place : numbers.OrderBy(number => places.Values.Count(other => other == number)).ThenBy(static number => number).First();
        }

        return [.. places.OrderBy(static place => place.Key.Device).Select(static place => new DeviceSlot(place.Key, place.Value))];
    }

    /// <summary>Numbers the groups; those that share the most devices with a current pipeline come first.</summary>
    private static int[] Number(IReadOnlyList<IReadOnlySet<DeviceLife>> groups, DeviceAllocation current)
    {
        int[] numbers = [.. groups.Select(static _ => -1)];
        var shared = groups.SelectMany((group, index) => group.GroupBy(current.PipelineOf).Where(static same => same.Key >= 0).Select(same => (Group: index, Pipeline: same.Key, Count: same.Count())));
        foreach ((int group, int pipeline, _) in shared.OrderByDescending(static same => same.Count).ThenBy(static same => same.Pipeline).ThenBy(static same => same.Group))
        {
            if (numbers[group] < 0 && !numbers.Contains(pipeline))
            {
                numbers[group] = pipeline;
            }
        }

        for (int group = 0; group < numbers.Length; group++)
        {
            int free = 0;
            while (numbers[group] < 0)
            {
                numbers[group] = numbers.Contains(free) ? -1 : free;
                free++;
            }
        }

        return numbers;
    }
}
