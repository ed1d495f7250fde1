namespace OrleansInference.Simulation.Scale;

/// <summary>Histogram of latencies with buckets of 1 %.</summary>
internal sealed class LatencyHistogram
{
    private const double Least = 1e-6;
    private const int Buckets = 2600; // up to 10⁵ seconds

    private static readonly double Width = Math.Log(1.01);

    private readonly long[] _counts = new long[Buckets];

    public long Count { get; private set; }

    public void Add(double seconds)
    {
        int bucket = (int)(Math.Log(Math.Max(seconds, Least) / Least) / Width);
        _counts[Math.Min(bucket, Buckets - 1)]++;
        Count++;
    }

    public void Add(LatencyHistogram other)
    {
        Count += other.Count;
        for (int i = 0; i < Buckets; i++)
        {
            _counts[i] += other._counts[i];
        }
    }

    /// <summary>Returns the seconds that a fraction of the latencies does not exceed; 0 if there are none.</summary>
    public double Quantile(double part)
    {
        long rank = (long)Math.Ceiling(part * Count);
        int bucket = -1;
        for (long seen = 0; seen < rank; seen += _counts[bucket])
        {
            bucket++;
        }

        return bucket < 0 ? 0 : Least * Math.Exp((bucket + 0.5) * Width);
    }
}
