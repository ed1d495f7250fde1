namespace OrleansInference.Bench.Load;

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
