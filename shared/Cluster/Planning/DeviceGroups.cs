using System.Runtime.CompilerServices;

namespace OrleansInference.Cluster.Planning;

/// <summary>Number of devices of each class in one pipeline, and the pipeline's bottleneck.</summary>
internal readonly record struct DeviceGroup(int[] Counts, long Bottleneck);

/// <summary>
/// Distributes devices over pipelines for the most steps per second. With few states (one or two classes, or a handful of devices) it considers every partition,
/// by dynamic programming over the remaining devices. Otherwise the pipelines get equal shares, and only the number of pipelines is chosen.
/// </summary>
internal sealed class DeviceGroups(StageCosts costs, ReachSearch search, int[] counts, int maxPipelines)
{
    private const int MaxTableStates = 1100;
    private const long MaxPairs = 2_000_000;

    /// <summary>Whether the found partition is proven to be the fastest.</summary>
    public bool Exact { get; private set; }

    /// <summary>Finds the groups; returns none if the layers do not fit.</summary>
    public List<DeviceGroup> Find()
    {
        CountStates states = new(counts);
        if (maxPipelines == 1 || counts.Sum() == 1)
        {
            Exact = true;
            long bottleneck = search.Minimum(counts);
            return bottleneck == StageCosts.Infinite ? [] : [new DeviceGroup(counts, bottleneck)];
        }

        if (states.Count <= MaxTableStates && (long)states.Count * states.Count * counts.Length <= MaxPairs)
        {
            List<DeviceGroup> best = FindBest(states);
            Exact = best.Count <= maxPipelines;
            if (Exact)
                return best;
        }

        return FindEven();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private List<DeviceGroup> FindBest(CountStates states)
    {
        long[] bottlenecks = BottleneckTable.Compute(costs.Layers, search.Times, counts);
        double[] rates = new double[states.Count];
        int[] pipelines = new int[states.Count];
        int[] choices = new int[states.Count];
        int kinds = counts.Length;
        int[] taken = [.. Enumerable.Range(0, states.Count).SelectMany(states.Counts)]; // [state, class]
        for (int state = 1; state < states.Count; state++)
        {
            // The largest part is tried first: among equal parts it leaves the most freedom to the criteria after the rate.
            for (int part = state; part > 0; part--)
            {
                if (bottlenecks[part] == StageCosts.Infinite || !Contains(state * kinds, part * kinds))
                    continue;
                double rate = (1e12 / bottlenecks[part]) + rates[state - part];
                int number = pipelines[state - part] + 1;
                double margin = rates[state] * 1e-9;
                if (rate > rates[state] + margin || (rate >= rates[state] - margin && number < pipelines[state]))
                    (rates[state], pipelines[state], choices[state]) = (rate, number, part);
            }
        }

        List<DeviceGroup> groups = [];
        for (int state = states.Last; choices[state] > 0; state -= choices[state])
            groups.Add(new DeviceGroup(states.Counts(choices[state]), bottlenecks[choices[state]]));
        return groups;

        bool Contains(int whole, int part)
        {
            int kind = 0;
            while (kind < kinds && taken[part + kind] <= taken[whole + kind])
                kind++;
            return kind == kinds;
        }
    }

    private List<DeviceGroup> FindEven()
    {
        List<DeviceGroup> best = [];
        double bestRate = 0;
        Dictionary<string, long> known = [];
        for (int number = 1; number <= Math.Min(counts.Sum(), maxPipelines); number++)
        {
            List<DeviceGroup> groups = [.. Split(number).Select(part => new DeviceGroup(part, Bottleneck(part)))];
            if (number > 1 && groups.Exists(group => group.Bottleneck == StageCosts.Infinite))
                break;
            double rate = groups.Sum(group => group.Bottleneck == StageCosts.Infinite ? 0 : 1e12 / group.Bottleneck);
            if (rate > bestRate * (1 + 1e-9))
                (best, bestRate) = (groups, rate);
        }

        return best;

        long Bottleneck(int[] part)
        {
            string key = string.Join(',', part);
            if (!known.TryGetValue(key, out long bottleneck))
                known.Add(key, bottleneck = search.Minimum(part));
            return bottleneck;
        }
    }

    private int[][] Split(int number)
    {
        int[][] parts = [.. Enumerable.Range(0, number).Select(_ => new int[counts.Length])];
        int turn = 0;
        for (int kind = 0; kind < counts.Length; kind++)
        {
            for (int part = 0; part < number; part++)
                parts[part][kind] = counts[kind] / number;
            for (int rest = counts[kind] % number; rest > 0; rest--)
                parts[turn++ % number][kind]++;
        }

        return parts;
    }
}
