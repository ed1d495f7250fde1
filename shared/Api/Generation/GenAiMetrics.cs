using System.Diagnostics.Metrics;
using OrleansInference.Api.Metrics;

namespace OrleansInference.Api.Generation;

/// <summary>Metrics of a model server according to OpenTelemetry's semantic conventions for generative AI. Nothing is measured unless an exporter is active.</summary>
internal sealed class GenAiMetrics : IDisposable
{
    private static readonly double[] RequestBuckets = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
    private static readonly double[] FirstTokenBuckets = [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
    private static readonly double[] TokenBuckets = [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5];

    private readonly Meter _meter;

    public GenAiMetrics(IMeterFactory factory)
    {
        _meter = factory.Create(ApiMeters.GenAi);
        RequestDuration = Histogram("gen_ai.server.request.duration", "Time from a request's arrival to the end of its answer.", RequestBuckets);
        TimeToFirstToken = Histogram("gen_ai.server.time_to_first_token", "Time from a request's arrival to its first token.", FirstTokenBuckets);
        TimePerOutputToken = Histogram("gen_ai.server.time_per_output_token", "Time for each token of an answer after the first.", TokenBuckets);
    }

    public Histogram<double> RequestDuration { get; }

    public Histogram<double> TimeToFirstToken { get; }

    public Histogram<double> TimePerOutputToken { get; }

    public void Dispose() => _meter.Dispose();

    private Histogram<double> Histogram(string name, string description, double[] buckets) =>
        _meter.CreateHistogram(name, "s", description, null, new InstrumentAdvice<double> { HistogramBucketBoundaries = buckets });
}
