using System.Runtime.CompilerServices;

namespace OrleansInference.Cluster.Planning;

/// <summary>
/// The exact minimum bottleneck of one pipeline for every choice of devices, by dynamic programming over the counts used and the layers covered. The best split before the last stage is
/// found by bisection, because the time before it grows with the split and the time of the last stage falls.
/// </summary>
internal static class BottleneckTable
{
    /// <param name="times">[class][first, end], as <see cref="StageCosts.Times"/> gives them.</param>
    /// <returns>The minimum bottleneck of each state with at most its devices.</returns>
    public static long[] Compute(int layers, long[][] times, int[] counts)
    {
        CountStates states = new(counts);
        long[][] table = new long[states.Count][]; // [state][layers covered]
        long[] result = new long[states.Count];
        Span<int> taken = stackalloc int[counts.Length];
        for (int state = 0; state < table.Length; state++)
        {
            if (state > 0)
                states.Advance(taken);
            long[] row = table[state] = new long[layers + 1];
            row.AsSpan(1).Fill(StageCosts.Infinite);
            for (int kind = 0; kind < counts.Length; kind++)
            {
                if (taken[kind] > 0)
                    Improve(row, table[state - states.Strides[kind]], times[kind], layers);
            }

            result[state] = row[layers];
        }

        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Improve(long[] row, long[] before, long[] times, int layers)
    {
        for (int end = 1; end <= layers; end++)
        {
            int low = 0;
            int high = end;
            while (low < high)
            {
                int middle = (low + high) / 2;
                if (before[middle] >= times[(middle * (layers + 1)) + end])
                    high = middle;
                else
                    low = middle + 1;
            }

            // At low the time before the last stage is the bottleneck (low = end means an empty last stage); just below low the time of the last stage is.
            long best = before[low];
            if (low > 0)
                best = Math.Min(best, times[((low - 1) * (layers + 1)) + end]);
            row[end] = Math.Min(row[end], best);
        }
    }
}
