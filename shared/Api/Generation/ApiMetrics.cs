using System.Diagnostics.Metrics;
using OrleansInference.Api.Metrics;
using OrleansInference.Engine.Requests;

namespace OrleansInference.Api.Generation;

/// <summary>The instruments of the HTTP interface and of the service behind it.</summary>
internal sealed class ApiMetrics : IMetricSource, IDisposable
{
    public const string MeterName = "OrleansInference.Api";

    private const string Prefix = "orleans_inference_";

    private static readonly double[] LongBuckets = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 320];
    private static readonly double[] ShortBuckets = [0.001, 0.0025, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.2, 0.4, 1, 2.5];
    private static readonly double[] TokenBuckets = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536];

    private readonly Meter _meter;
    private readonly TimeProvider _time;

    public ApiMetrics(IMeterFactory factory, IInferenceService service, TimeProvider time)
    {
        _time = time;
        _meter = factory.Create(MeterName);
        Requests = _meter.CreateCounter<long>(Prefix + "http_requests", null, "HTTP requests answered, by endpoint, method and status.");
        Finished = _meter.CreateCounter<long>(Prefix + "request_success", null, "Choices generated completely, by finish reason.");
        TimeToFirstToken = Histogram("time_to_first_token_seconds", "Time from a request's arrival to its first token.", LongBuckets);
        InterToken = Histogram("inter_token_latency_seconds", "Time between two tokens of a choice.", ShortBuckets);
        EndToEnd = Histogram("e2e_request_latency_seconds", "Time from a request's arrival to the end of its answer.", LongBuckets);
        PromptTokensPerRequest = Histogram("request_prompt_tokens", "Prompt tokens of a request.", TokenBuckets);
        GeneratedTokensPerRequest = Histogram("request_generation_tokens", "Generated tokens of a request.", TokenBuckets);

        _meter.CreateObservableGauge("process_resident_memory_bytes", static () => Environment.WorkingSet, null, "Resident memory of this process, including mapped weights.");
        Gauge("ready", "1 when requests can be served.", status => status.Ready ? 1 : 0);
        Gauge("num_requests_running", "Sequences that run.", status => status.Running);
        Gauge("num_requests_waiting", "Sequences that wait for admission.", status => status.Waiting);
        Gauge("kv_cache_pages_used", "Pages of the KV-cache in use.", status => status.PagesInUse);
        Gauge("kv_cache_pages", "Pages of the KV-cache.", status => status.PagesTotal);
        Gauge("kv_cache_pages_cached", "Pages of the KV-cache that no sequence uses, kept for prompts with the same beginning.", status => status.PagesCached);
        Gauge("kv_offload_pages", "Pages outside the KV-cache, in host memory or a file.", status => status.PagesOffloaded);
        Total("kv_offload_saved_pages", "Pages moved out of the KV-cache.", status => status.OffloadedPages);
        Total("kv_offload_restored_pages", "Pages restored to the KV-cache.", status => status.RestoredPages);
        Total("steps", "Steps executed.", status => status.Steps);
        Seconds("step_seconds", "Time of the steps, from the forming of a step to its return.", status => status.StepTime);
        Seconds("router_seconds", "Time of the router's own work.", status => status.RouterTime);
        Total("prompt_tokens", "Computed prompt tokens, without those from the prefix cache.", status => status.PromptTokens);
        Total("cached_prompt_tokens", "Prompt tokens taken from the prefix cache.", status => status.CachedPromptTokens);
        Total("generation_tokens", "Tokens generated.", status => status.GeneratedTokens);

        void Gauge(string name, string description, Func<ServiceStatus, long> read) =>
            _meter.CreateObservableGauge(Prefix + name, () => read(service.Status), null, description);

        void Seconds(string name, string description, Func<ServiceStatus, TimeSpan> read) =>
            _meter.CreateObservableCounter(Prefix + name, () => read(service.Status).TotalSeconds, null, description);

        void Total(string name, string description, Func<ServiceStatus, long> read) =>
            _meter.CreateObservableCounter(Prefix + name, () => read(service.Status), null, description);
    }

    public Meter Meter => _meter;

    public Counter<long> Requests { get; }

    public Counter<long> Finished { get; }

    public Histogram<double> TimeToFirstToken { get; }

    public Histogram<double> InterToken { get; }

    public Histogram<double> EndToEnd { get; }

    public Histogram<double> PromptTokensPerRequest { get; }

    public Histogram<double> GeneratedTokensPerRequest { get; }

    /// <summary>Starts measuring a request.</summary>
    public RequestMetrics Begin() => new(this, _time);

    public void Dispose() => _meter.Dispose();

    private Histogram<double> Histogram(string name, string description, double[] buckets) =>
        _meter.CreateHistogram(Prefix + name, null, description, null, new InstrumentAdvice<double> { HistogramBucketBoundaries = buckets });
}
