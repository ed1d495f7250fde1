namespace OrleansInference.Bench.Load;

/// <summary>Percentiles by nearest rank: the smallest sample that at least p per cent of the samples do not exceed.</summary>
internal static class Percentile
{
    /// <returns>Null without samples.</returns>
    public static double? Of(ReadOnlySpan<double> sorted, double percent) =>
        sorted.IsEmpty ? null : sorted[Math.Clamp((int)Math.Ceiling(percent / 100 * sorted.Length) - 1, 0, sorted.Length - 1)];
}

/// <summary>Two percentiles in milliseconds; null if nothing was measured.</summary>
internal sealed record LatencyFigures(double? P50, double? P99)
{
    public static LatencyFigures Of(IEnumerable<double> milliseconds)
    {
        double[] sorted = [.. milliseconds];
        Array.Sort(sorted);
        return new LatencyFigures(Percentile.Of(sorted, 50), Percentile.Of(sorted, 99));
    }
}
