using System.Runtime.CompilerServices;

namespace OrleansInference.Cluster.Planning;

/// <summary>
/// Finds the best pipeline over devices in a given order, each of which may be left out. The result is exact: the minimum bottleneck, within it the minimum latency with hops, within
/// that the fewest bytes to move. The last two criteria can be swapped.
/// </summary>
internal sealed class OrderedSearch(PlanningCase problem, bool movementFirst = false)
{
    private readonly StageCosts _costs = problem.Costs;

    /// <returns>The stages, or null if the layers do not fit.</returns>
    public List<(int Device, int First, int End)>? Find(IReadOnlyList<int> order)
    {
        long bound = Bottleneck(order);
        return bound == StageCosts.Infinite ? null : Shortest(order, bound);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private long Bottleneck(IReadOnlyList<int> order)
    {
        int layers = _costs.Layers;
        long[] row = new long[layers + 1];
        long[] before = new long[layers + 1];
        row.AsSpan(1).Fill(StageCosts.Infinite);
        foreach (int device in order)
        {
            row.CopyTo(before, 0);
            int low = 0;
            for (int end = 1; end <= layers; end++)
            {
                // The split at which the earlier stages take longer than the last one only moves forward as the end grows.
                while (low < end && before[low] < _costs.Time(problem.Figures[device], low, end))
                    low++;
                long best = before[low];
                if (low > 0)
                    best = Math.Min(best, _costs.Time(problem.Figures[device], low - 1, end));
                row[end] = Math.Min(row[end], best);
            }
        }

        return row[layers];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private List<(int Device, int First, int End)> Shortest(IReadOnlyList<int> order, long bound)
    {
        int layers = _costs.Layers;
        int count = order.Count;
        int[] starts = EarliestStarts(order, bound);
        Step[] steps = new Step[(layers + 1) * count]; // [layers covered, last device used]
        Array.Fill(steps, Step.None);
        for (int last = 0; last < count; last++)
        {
            int device = order[last];
            for (int first = starts[last]; first < layers; first++)
            {
                Step before = first == 0 ? new Step(0, 0, -1, 0) : BestBefore(steps.AsSpan(first * count, last), order, last);
                if (before.Latency == long.MaxValue)
                    continue;
                for (int end = first + 1; end <= layers; end++)
                {
                    long time = _costs.Time(problem.Figures[device], first, end);
                    if (time > bound)
                        break;
                    if (end < starts[last + 1])
                        continue;
                    Step step = new(before.Latency + time, before.Moved + problem.BytesToMove(device, first, end), before.Last, first);
                    if (IsBetter(step, steps[(end * count) + last]))
                        steps[(end * count) + last] = step;
                }
            }
        }

        int best = 0;
        for (int last = 1; last < count; last++)
            best = IsBetter(steps[(layers * count) + last], steps[(layers * count) + best]) ? last : best;
        List<(int, int, int)> stages = [];
        for (int end = layers; end > 0;)
        {
            Step step = steps[(end * count) + best];
            stages.Add((order[best], step.First, end));
            (best, end) = (step.Last, step.First);
        }

        stages.Reverse();
        return stages;
    }

    // Entry i: the first layer from which devices i, i + 1, … can still reach the end.
    private int[] EarliestStarts(IReadOnlyList<int> order, long bound)
    {
        int[] starts = new int[order.Count + 1];
        int start = starts[^1] = _costs.Layers;
        for (int index = order.Count - 1; index >= 0; index--)
        {
            int end = start;
            while (start > 0 && _costs.Time(problem.Figures[order[index]], start - 1, end) <= bound)
                start--;
            starts[index] = start;
        }

        return starts;
    }

    // The best of the steps that cover the first layers, each with its hop to the device at index next.
    private Step BestBefore(ReadOnlySpan<Step> steps, IReadOnlyList<int> order, int next)
    {
        Step best = Step.None;
        for (int last = 0; last < steps.Length; last++)
        {
            if (steps[last].Latency == long.MaxValue)
                continue;
            Step step = new(steps[last].Latency + problem.Hop(order[last], order[next]), steps[last].Moved, last, 0);
            if (IsBetter(step, best))
                best = step;
        }

        return best;
    }

    private bool IsBetter(in Step one, in Step other)
    {
        if (movementFirst && one.Latency != long.MaxValue && other.Latency != long.MaxValue && one.Moved != other.Moved)
            return one.Moved < other.Moved;
        return one.Latency != other.Latency ? one.Latency < other.Latency : one.Moved < other.Moved;
    }

    private readonly record struct Step(long Latency, long Moved, int Last, int First)
    {
        public static Step None { get; } = new(long.MaxValue, 0, -1, 0);
    }
}
