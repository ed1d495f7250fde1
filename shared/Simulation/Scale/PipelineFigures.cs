using OrleansInference.Engine.KvCache;

namespace OrleansInference.Simulation.Scale;

/// <summary>Figures of one pipeline.</summary>
internal sealed class PipelineFigures
{
    public LatencyHistogram FirstToken { get; } = new();

    public LatencyHistogram InterToken { get; } = new();

    /// <summary>Number of generated tokens.</summary>
    public long Tokens { get; set; }

    /// <summary>Number of prompt tokens of the requests that received their first token.</summary>
    public long PromptTokens { get; set; }

    /// <summary>Number of those found in the prefix cache.</summary>
    public long CachedTokens { get; set; }

    public long Steps { get; set; }

    /// <summary>Seconds of this machine for the whole simulation of the pipeline.</summary>
    public double RouterSeconds { get; set; }

    /// <summary>Fraction of the time in which each stage was busy.</summary>
    public double[] Busy { get; set; } = [];

    public PageStatistics Pages { get; set; }

    /// <summary>Number of computed tokens of each sequence that runs at the end.</summary>
    public int[] Running { get; set; } = [];

    public int Waiting { get; set; }

    public int Sessions { get; set; }
}

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
