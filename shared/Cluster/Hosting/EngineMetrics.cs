using System.Diagnostics.Metrics;

namespace OrleansInference.Cluster.Hosting;

/// <summary>Measurements of requests and steps, summed over the routers of a process. They have no labels, so that a measurement allocates nothing.</summary>
public sealed class EngineMetrics : IDisposable
{
    public const string MeterName = "OrleansInference.Engine";

    private const string Prefix = "orleans_inference_";

    private static readonly double[] TimeBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 320];
    private static readonly double[] TokenBuckets = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384];

    public EngineMetrics()
    {
        Queue = Histogram("request_queue_time_seconds", "s", "Time from a request's arrival at the router until it is in a step for the first time.", TimeBuckets);
        Prefill = Histogram("request_prefill_time_seconds", "s", "Time from then until the first token of a request.", TimeBuckets);
        Decode = Histogram("request_decode_time_seconds", "s", "Time from the first to the last token of a request.", TimeBuckets);
        Inference = Histogram("request_inference_time_seconds", "s", "Time from the first step of a request to its last token.", TimeBuckets);
        StepTokens = Histogram("iteration_tokens", "{token}", "Tokens that a step computes, of prompts and of answers.", TokenBuckets);
    }

    public Meter Meter { get; } = new(MeterName);

    public Histogram<double> Queue { get; }

    internal Histogram<double> Prefill { get; }

    public Histogram<double> Decode { get; }

    internal Histogram<double> Inference { get; }

    public Histogram<double> StepTokens { get; }

    public void Dispose() => Meter.Dispose();

    private Histogram<double> Histogram(string name, string unit, string description, double[] buckets) =>
        Meter.CreateHistogram(Prefix + name, unit, description, null, new InstrumentAdvice<double> { HistogramBucketBoundaries = buckets });
}
