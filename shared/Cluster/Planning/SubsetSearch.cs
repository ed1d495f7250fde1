using System.Runtime.CompilerServices;

namespace OrleansInference.Cluster.Planning;

/// <summary>
/// Finds the best pipeline over a handful of devices in any order. The result is exact: the minimum bottleneck, within it the minimum latency with hops, within that the fewest bytes to
/// move. It uses dynamic programming over the used set, the last device and the covered layers.
/// </summary>
internal sealed class SubsetSearch(PlanningCase problem)
{
    /// <summary>Maximum number of devices; each doubles the work.</summary>
    public const int MaxDevices = 7;

    // Layers × devices beyond which the search would take too long.
    private const int MaxLayers = 160;

    public bool CanSearch(int devices) => devices <= MaxDevices && problem.Costs.Layers <= MaxLayers;

    /// <returns>The stages, or null if the layers do not fit.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public List<(int Device, int First, int End)>? Find(int[] devices)
    {
        int layers = problem.Costs.Layers;
        long[][] times = [.. devices.Select(device => problem.Costs.Times(problem.Figures[device]))];
        int[] ones = new int[devices.Length];
        Array.Fill(ones, 1);
        long bound = BottleneckTable.Compute(layers, times, ones)[^1];
        if (bound == StageCosts.Infinite)
            return null;

        int[] starts = EarliestStarts(times, bound);
        int rows = devices.Length << devices.Length; // [set used, last device]
        Step[] steps = new Step[rows * (layers + 1)]; // [row, layers covered]
        Array.Fill(steps, new Step(long.MaxValue, 0, -1, 0));
        for (int next = 0; next < devices.Length; next++)
            Extend(default, -1, 0, 0, next);
        for (int row = 0; row < rows; row++)
        {
            for (int covered = 1; covered < layers; covered++)
            {
                Step before = steps[(row * (layers + 1)) + covered];
                if (before.Latency == long.MaxValue)
                    continue;
                int set = row / devices.Length;
                for (int next = 0; next < devices.Length; next++)
                {
                    if ((set >> next & 1) == 0)
                        Extend(before, row, set, covered, next);
                }
            }
        }

        int best = 0;
        for (int row = 1; row < rows; row++)
            best = At(row, layers).IsBetterThan(At(best, layers)) ? row : best;
        List<(int, int, int)> stages = [];
        for (int end = layers; end > 0;)
        {
            Step step = At(best, end);
            stages.Add((devices[best % devices.Length], step.First, end));
            (best, end) = (step.Row, step.First);
        }

        stages.Reverse();
        return stages;

        Step At(int row, int covered) => steps[(row * (layers + 1)) + covered];

        void Extend(Step before, int row, int set, int first, int next)
        {
            int device = devices[next];
            long latency = before.Latency + (row < 0 ? 0 : problem.Hop(devices[row % devices.Length], device));
            int used = set | 1 << next;
            int offset = ((used * devices.Length) + next) * (layers + 1);
            for (int end = Math.Max(first + 1, starts[used]); end <= layers; end++)
            {
                long time = times[next][(first * (layers + 1)) + end];
                if (time > bound)
                    break;
                Step step = new(latency + time, before.Moved + problem.BytesToMove(device, first, end), row, first);
                if (step.IsBetterThan(steps[offset + end]))
                    steps[offset + end] = step;
            }
        }
    }

    // For each used set: the first layer from which the other devices can still reach the end.
    private int[] EarliestStarts(long[][] times, long bound)
    {
        int layers = problem.Costs.Layers;
        int all = (1 << times.Length) - 1;
        int[] starts = new int[all + 1];
        starts[all] = layers;
        for (int used = all - 1; used >= 0; used--)
        {
            starts[used] = layers;
            for (int device = 0; device < times.Length; device++)
            {
                if ((used >> device & 1) == 1)
                    continue;
                int end = starts[used | 1 << device];
                int start = end;
                while (start > 0 && times[device][((start - 1) * (layers + 1)) + end] <= bound)
                    start--;
                starts[used] = Math.Min(starts[used], start);
            }
        }

        return starts;
    }

    private readonly record struct Step(long Latency, long Moved, int Row, int First)
    {
        public bool IsBetterThan(Step other) => Latency != other.Latency ? Latency < other.Latency : Moved < other.Moved;
    }
}
