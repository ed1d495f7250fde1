namespace OrleansInference.Api.Metrics;

/// <summary>State of one instrument with one set of labels.</summary>
internal sealed class MetricSeries(string labels, double[]? bounds)
{
    private readonly Lock _lock = new();
    private readonly long[] _counts = new long[(bounds?.Length ?? 0) + 1];
    private double _value;

    /// <summary>Escaped labels, such as <c>status="200"</c>; may be empty.</summary>
    public string Labels => labels;

    public void Add(double value)
    {
        lock (_lock)
        {
            _value += value;
        }
    }

    public void Set(double value)
    {
        lock (_lock)
        {
            _value = value;
        }
    }

    /// <summary>Counts a value in its bucket. A bound belongs to the bucket below it.</summary>
    public void Observe(double value)
    {
        int bucket = Array.BinarySearch(bounds!, value);
        lock (_lock)
        {
            _counts[bucket < 0 ? ~bucket : bucket]++;
            _value += value;
        }
    }

    /// <summary>Returns the value or sum, and for a histogram the counts of its buckets, the last one unbounded.</summary>
    public (double Value, long[] Counts) Read()
    {
        lock (_lock)
        {
            return (_value, (long[])_counts.Clone());
        }
    }
}
