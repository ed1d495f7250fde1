using System.Diagnostics.Metrics;
using OrleansInference.Api.Metrics;
using OrleansInference.Engine.Requests;

namespace OrleansInference.Api.Generation;

/// <summary>The instruments of the HTTP interface and of the service behind it.</summary>
internal sealed class ApiMetrics : IMetricSource, IDisposable
{
    private const string Prefix = "orleans_inference_";

    private static readonly double[] LongBuckets = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 320];
    private static readonly double[] ShortBuckets = [0.001, 0.0025, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.2, 0.4, 1, 2.5];
    private static readonly double[] TokenBuckets = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536];

    private readonly Meter _meter;

    public ApiMetrics(IMeterFactory factory, IInferenceService service, TenantMetrics tenants)
    {
        Tenants = tenants;
        _meter = factory.Create(ApiMeters.Api);
        Requests = _meter.CreateCounter<long>(Prefix + "http_requests", "{request}", "HTTP requests answered, by endpoint, method and status.");
        Finished = _meter.CreateCounter<long>(Prefix + "request_success", null, "Choices generated completely, by finish reason.");
        TimeToFirstToken = Histogram("time_to_first_token_seconds", "s", "Time from a request's arrival to its first token.", LongBuckets);
        InterToken = Histogram("inter_token_latency_seconds", "s", "Time between two tokens of a choice.", ShortBuckets);
        EndToEnd = Histogram("e2e_request_latency_seconds", "s", "Time from a request's arrival to the end of its answer.", LongBuckets);
        PromptTokensPerRequest = Histogram("request_prompt_tokens", "{token}", "Prompt tokens of a request.", TokenBuckets);
        GeneratedTokensPerRequest = Histogram("request_generation_tokens", "{token}", "Generated tokens of a request.", TokenBuckets);

        _meter.CreateObservableGauge("process_resident_memory_bytes", static () => Environment.WorkingSet, "By", "Resident memory of this process, including mapped weights.");
        _meter.CreateObservableGauge(Prefix + "ready", () => service.Status.Ready ? 1L : 0, null, "1 when requests can be served.");
        Gauge("num_requests_running", "Sequences that run.", figures => figures.Running);
        Gauge("num_requests_waiting", "Sequences that wait for admission.", figures => figures.Waiting);
        Gauge("kv_cache_pages_used", "Pages of the KV-cache in use.", figures => figures.PagesInUse);
        Gauge("kv_cache_pages", "Pages of the KV-cache.", figures => figures.PagesTotal);
        _meter.CreateObservableGauge(Prefix + "kv_cache_usage_perc", () => service.Status.Figures.PageUsage, "1", "Fraction of the pages of the KV-cache that are in use, 0 to 1.");
        Gauge("kv_cache_pages_cached", "Pages of the KV-cache that no sequence uses, kept for prompts with the same prefix.", figures => figures.PagesCached);
        Gauge("kv_offload_pages", "Pages outside the KV-cache, in host memory or a file.", figures => figures.PagesOffloaded);
        Total("kv_offload_saved_pages", "Pages moved out of the KV-cache.", figures => figures.OffloadedPages);
        Total("kv_offload_restored_pages", "Pages restored to the KV-cache.", figures => figures.RestoredPages);
        Total("steps", "Steps executed.", figures => figures.Steps);
        SecondsTotal("step_seconds", "Time of the steps, from the forming of a step to its completion.", figures => figures.StepTime);
        SecondsTotal("router_seconds", "Time of the router's own work.", figures => figures.RouterTime);
        Total("prompt_tokens", "Computed prompt tokens, without those from the prefix cache.", figures => figures.PromptTokens);
        Total("cached_prompt_tokens", "Prompt tokens taken from the prefix cache.", figures => figures.CachedPromptTokens);
        Total("prefix_cache_queries", "Tokens looked up in the prefix cache.", figures => figures.QueriedPromptTokens);
        Total("prefix_cache_hits", "Tokens found in the prefix cache.", figures => figures.CachedPromptTokens);
        Total("num_preemptions", "Preemptions of sequences, whose pages were released for others.", figures => figures.Preemptions);
        Total("generation_tokens", "Tokens generated.", figures => figures.GeneratedTokens);

        void Gauge(string name, string description, Func<EngineFigures, long> read) =>
            _meter.CreateObservableGauge(Prefix + name, () => read(service.Status.Figures), null, description);

        void SecondsTotal(string name, string description, Func<EngineFigures, TimeSpan> read) =>
            _meter.CreateObservableCounter(Prefix + name, () => read(service.Status.Figures).TotalSeconds, "s", description);

        void Total(string name, string description, Func<EngineFigures, long> read) =>
            _meter.CreateObservableCounter(Prefix + name, () => read(service.Status.Figures), null, description);
    }

    public Meter Meter => _meter;

    public TenantMetrics Tenants { get; }

    public Counter<long> Requests { get; }

    public Counter<long> Finished { get; }

    public Histogram<double> TimeToFirstToken { get; }

    public Histogram<double> InterToken { get; }

    public Histogram<double> EndToEnd { get; }

    public Histogram<double> PromptTokensPerRequest { get; }

    public Histogram<double> GeneratedTokensPerRequest { get; }

    public void Dispose() => _meter.Dispose();

    private Histogram<double> Histogram(string name, string unit, string description, double[] buckets) =>
        _meter.CreateHistogram(Prefix + name, unit, description, null, new InstrumentAdvice<double> { HistogramBucketBoundaries = buckets });
}
