namespace OrleansInference.Cluster.Planning;

/// <summary>Classes of devices that a search treats as equal, so that it only counts the used devices of each class.</summary>
internal sealed class DeviceClasses
{
    // Limit of the states of a search. Four classes of sixteen devices have 83,521 states.
    private const long MaxStates = 100_000;

    private DeviceClasses(List<List<int>> members, List<DeviceFigures> worst, List<DeviceFigures> best)
    {
        Members = [.. members.Select(list => list.ToArray())];
        Worst = [.. worst];
        Best = [.. best];
        Counts = [.. members.Select(list => list.Count)];
    }

    /// <summary>Indices of the devices of each class.</summary>
    public int[][] Members { get; }

    public int[] Counts { get; }

    /// <summary>Lower bound of each class: a device no better than any of the class. A plan for these devices is feasible.</summary>
    public DeviceFigures[] Worst { get; }

    /// <summary>Upper bound of each class: a device no worse than any of the class. A plan that is not feasible for these devices is impossible.</summary>
    public DeviceFigures[] Best { get; }

    /// <summary>Whether all devices of each class are exactly equal.</summary>
    public bool Exact => Worst.AsSpan().SequenceEqual(Best);

    /// <summary>Creates the finest classes that the search can handle: classes of equal devices, or of similar ones if there are too many different devices.</summary>
    public static DeviceClasses Group(DeviceFigures[] devices)
    {
        for (double spread = 1; ; spread = spread == 1 ? 1.01 : 1 + ((spread - 1) * 2))
        {
            DeviceClasses classes = Group(devices, spread);
            if (States(classes.Counts) <= MaxStates)
                return classes;
        }
    }

    /// <summary>Creates a class of its own for each device.</summary>
    public static DeviceClasses Singles(DeviceFigures[] devices) =>
        new([.. devices.Select((_, index) => new List<int> { index })], [.. devices], [.. devices]);

    public static long States(int[] counts) => counts.Aggregate(1L, (states, count) => Math.Min(states * (count + 1), long.MaxValue >> 16));

    private static DeviceClasses Group(DeviceFigures[] devices, double spread)
    {
        List<List<int>> members = [];
        List<DeviceFigures> worst = [];
        List<DeviceFigures> best = [];
        IEnumerable<int> order = Enumerable.Range(0, devices.Length).OrderBy(index => devices[index].PicosecondsPerByte)
            .ThenBy(index => devices[index].PicosecondsPerOperation).ThenByDescending(index => devices[index].MemoryBytes);
        foreach (int index in order)
        {
            DeviceFigures device = devices[index];
            int found = 0;
            while (found < members.Count &&
                DeviceFigures.Spread(DeviceFigures.Worse(worst[found], device), DeviceFigures.Better(best[found], device)) > spread)
                found++;
            if (found == members.Count)
            {
                members.Add([]);
                worst.Add(device);
                best.Add(device);
            }

            members[found].Add(index);
            worst[found] = DeviceFigures.Worse(worst[found], device);
            best[found] = DeviceFigures.Better(best[found], device);
        }

        return new DeviceClasses(members, worst, best);
    }
}
