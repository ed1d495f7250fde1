namespace OrleansInference.Cluster.Planning;

/// <summary>
/// Finds the exact minimum bottleneck of one pipeline over any number of different devices, for models whose layers between the first and the last are alike. The order of the devices
/// in between has no effect on the bottleneck. Under a bound each device takes its own number of layers, one takes the first run (with the embedding), and one the last (with the head).
/// The bound can be kept if the best such choice covers all layers. Bisection over all possible stage times finds the minimum bound.
/// </summary>
internal sealed class UniformSearch(PlanningCase problem)
{
    private readonly StageCosts _costs = problem.Costs;

    /// <returns>The devices in an order that allows the minimum bottleneck; null if the layers do not fit.</returns>
    public int[]? Order(int[] devices)
    {
        long[] bounds = Bounds(devices);
        int low = 0;
        int high = bounds.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (Choose(devices, bounds[middle]) is not null)
                high = middle;
            else
                low = middle + 1;
        }

        if (low == bounds.Length)
            return null;
        (int first, int last) = Choose(devices, bounds[low])!.Value;
        IEnumerable<int> between = devices.Where(device => device != first && device != last).OrderBy(problem.FirstHeld)
            .ThenBy(device => problem.Hop(first, device) == 0 ? 0 : problem.Hop(device, last) == 0 ? 2 : 1)
            .ThenBy(device => problem.Devices[device].Node, StringComparer.Ordinal);
        return first == last ? [first] : [first, .. between, last];
    }

    private long[] Bounds(int[] devices)
    {
        int layers = _costs.Layers;
        List<long> bounds = [];
        foreach (DeviceFigures device in devices.Select(device => problem.Figures[device]).Distinct())
        {
            for (int count = 1; count <= layers; count++)
            {
                bounds.Add(_costs.Time(device, 0, count));
                bounds.Add(_costs.Time(device, layers - count, layers));
                if (count <= layers - 2)
                    bounds.Add(_costs.Time(device, 1, 1 + count));
            }
        }

        return [.. bounds.Where(bound => bound < StageCosts.Infinite).Order()];
    }

    // Returns the devices for the first and the last run (the same one if it can take all), or null if the bound cannot be kept.
    private (int First, int Last)? Choose(int[] devices, long bound)
    {
        int layers = _costs.Layers;
        int between = 0;
        // Layers gained by starting (ending) with a device instead of using it in between: the best and the second best.
        (int Gain, int Device) first = (int.MinValue, -1), secondFirst = first, last = first, secondLast = first;
        foreach (int device in devices)
        {
            int begin = Longest(count => _costs.Time(problem.Figures[device], 0, count), layers, bound);
            if (begin == layers)
                return (device, device);
            int end = Longest(count => _costs.Time(problem.Figures[device], layers - count, layers), layers, bound);
            int own = Longest(count => _costs.Time(problem.Figures[device], 1, 1 + count), layers - 2, bound);
            between += own;
            if (begin > 0)
                Insert((begin - own, device), ref first, ref secondFirst);
            if (end > 0)
                Insert((end - own, device), ref last, ref secondLast);
        }

        if (first.Device < 0 || last.Device < 0)
            return null;
        if (first.Device == last.Device)
        {
            bool keepFirst = secondLast.Device >= 0 && (secondFirst.Device < 0 || first.Gain + secondLast.Gain >= secondFirst.Gain + last.Gain);
            if (!keepFirst && secondFirst.Device < 0)
                return null;
            (first, last) = keepFirst ? (first, secondLast) : (secondFirst, last);
        }

        return between + first.Gain + last.Gain >= layers ? (first.Device, last.Device) : null;
    }

    private static void Insert((int Gain, int Device) entry, ref (int Gain, int Device) best, ref (int Gain, int Device) second)
    {
        if (entry.Gain > best.Gain)
            (best, second) = (entry, best);
        else if (entry.Gain > second.Gain)
            second = entry;
    }

    private static int Longest(Func<int, long> time, int most, long bound)
    {
        int low = 0;
        int high = Math.Max(0, most);
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (time(middle) <= bound)
                low = middle;
            else
                high = middle - 1;
        }

        return low;
    }
}
