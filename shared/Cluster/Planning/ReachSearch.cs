using System.Runtime.CompilerServices;

namespace OrleansInference.Cluster.Planning;

/// <summary>
/// Finds the exact minimum bottleneck of one pipeline over classes of devices, in any order. Dynamic programming over the counts of used devices decides whether a bound on the stages'
/// time can be kept. reach[c] is the maximum number of layers that the counts c can cover. Because more covered layers are never worse, this number is sufficient state. Bisection over
/// all possible stage times finds the bound, so the bound is exact.
/// </summary>
internal sealed class ReachSearch
{
    private readonly int _layers;
    private readonly long[][] _times; // [class][first, end]
    private readonly long[] _bounds;
    private readonly StageCosts _costs;
    private readonly DeviceFigures[] _classes;

    public ReachSearch(StageCosts costs, DeviceFigures[] classes)
    {
        _costs = costs;
        _classes = classes;
        _layers = costs.Layers;
        _times = [.. classes.Select(figures => costs.Times(figures))];
        _bounds = [.. _times.SelectMany(times => times).Where(time => time is > 0 and < StageCosts.Infinite)];
        Array.Sort(_bounds);
    }

    public long[][] Times => _times;

    /// <summary>Returns the minimum bottleneck, or <see cref="StageCosts.Infinite"/> if the layers do not fit.</summary>
    public long Minimum(int[] counts)
    {
        CountStates states = new(counts);
        int[] reach = new int[states.Count];
        int low = Math.Max(0, Array.BinarySearch(_bounds, LeastPossible(counts)) is var index && index < 0 ? ~index : 0);
        int high = _bounds.Length;
        for (int step = 64; low < high; step *= 4)
        {
            int ahead = Math.Min(low + step, high) - 1;
            if (Reach(states, counts, _bounds[ahead], reach) == _layers)
            {
                high = ahead;
                break;
            }

            low = ahead + 1;
        }

        while (low < high)
        {
            int middle = (low + high) / 2;
            if (Reach(states, counts, _bounds[middle], reach) == _layers)
                high = middle;
            else
                low = middle + 1;
        }

        return low == _bounds.Length ? StageCosts.Infinite : _bounds[low];
    }

    /// <summary>Returns the classes of the stages' devices in order, within a bound. Covers fewer layers if they cannot all be covered.</summary>
    public List<(int Kind, int First, int End)> Path(int[] counts, long bound)
    {
        CountStates states = new(counts);
        int[] reach = new int[states.Count];
        Reach(states, counts, bound, reach);
        int[][] next = Next(bound);
        List<(int, int, int)> path = [];
        for (int state = states.Last; reach[state] > 0;)
        {
            for (int kind = 0; kind < counts.Length; kind++)
            {
                if (states.Taken(state, kind) == 0 || next[kind][reach[state - states.Strides[kind]]] != reach[state])
                    continue;
                int before = state - states.Strides[kind];
                if (reach[before] < reach[state])
                    path.Add((kind, reach[before], reach[state]));
                state = before;
                break;
            }
        }

        path.Reverse();
        return path;
    }

    /// <summary>Maximum number of layers that all devices together can hold.</summary>
    public int MostLayers(int[] counts)
    {
        CountStates states = new(counts);
        return Reach(states, counts, StageCosts.Infinite - 1, new int[states.Count]);
    }

    // Returns a lower bound of the bottleneck, which saves most of the bisection.
    private long LeastPossible(int[] counts)
    {
        double rate = _costs.MostStepsPerSecond(_classes.SelectMany((figures, kind) => Enumerable.Repeat(figures, counts[kind])));
        return rate > 0 && double.IsFinite(rate) ? (long)(1e12 / rate * (1 - 1e-9)) - 1 : 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Reach(CountStates states, int[] counts, long bound, int[] reach)
    {
        int[][] next = Next(bound);
        int[] own = next[0];
        int run = counts[0] + 1; // consecutive states differ only in the first class
        Span<int> taken = stackalloc int[counts.Length - 1];
        Span<int> others = stackalloc int[counts.Length - 1];
        for (int start = 0; start < reach.Length; start += run)
        {
            int present = 0;
            for (int kind = 1; kind < counts.Length; kind++)
            {
                if (taken[kind - 1] > 0)
                    others[present++] = kind;
            }

            int before = 0;
            for (int state = start; state < start + run; state++)
            {
                int best = state == start ? 0 : own[before];
                foreach (int kind in others[..present])
                    best = Math.Max(best, next[kind][reach[state - states.Strides[kind]]]);
                reach[state] = before = best;
            }

            for (int kind = 1; kind < counts.Length && ++taken[kind - 1] > counts[kind]; kind++)
                taken[kind - 1] = 0;
        }

        return reach[^1];
    }

    // next[class][first]: end of the longest run from first within the bound.
    private int[][] Next(long bound)
    {
        int[][] next = new int[_times.Length][];
        for (int kind = 0; kind < next.Length; kind++)
        {
            int[] ends = next[kind] = new int[_layers + 1];
            int end = 0;
            for (int first = 0; first <= _layers; first++)
            {
                end = Math.Max(end, first);
                while (end < _layers && _times[kind][(first * (_layers + 1)) + end + 1] <= bound)
                    end++;
                ends[first] = end;
            }
        }

        return next;
    }
}
