using System.Diagnostics.Metrics;
using OrleansInference.Api.Metrics;
using OrleansInference.Cluster.Hosting;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Engine.Requests;

namespace OrleansInference.Silo.Metrics;

/// <summary>
/// Metrics under vLLM's names and with its labels, for dashboards, autoscalers and request routers written for vLLM. Each node reports only its own values, so the sum over all nodes is the cluster's: the values of a
/// pipeline's router are on the node where the router is active, and the label <c>engine</c> is the pipeline's number.
/// </summary>
internal sealed class VllmMetrics : IMetricSource, IDisposable
{
    private const string Prefix = "vllm:";
    private const string Ours = "orleans_inference_";

    private readonly Func<IEnumerable<RouterReport>> _routers;

    /// <param name="factory">Makes the meter.</param>
    /// <param name="routers">Reports of the routers that are active on this node.</param>
    public VllmMetrics(IMeterFactory factory, Func<IEnumerable<RouterReport>> routers)
    {
        _routers = routers;
        Meter = factory.Create("vllm"); // not exported over OTLP, which has no colons in names
        Gauge("num_requests_running", "Requests in steps.", static figures => figures.Running);
        Gauge("num_requests_waiting", "Requests that wait.", static figures => figures.Waiting);
        Gauge("kv_cache_usage_perc", "Share of the pages of the KV-cache that are in use; 1 is all.", static figures => figures.PageUsage);
        Total("prompt_tokens", "Prompt tokens, those from the prefix cache among them.", static figures => figures.PromptTokens + figures.CachedPromptTokens);
        Total("generation_tokens", "Tokens generated.", static figures => figures.GeneratedTokens);
        Total("prefix_cache_queries", "Tokens looked up in the prefix cache.", static figures => figures.QueriedPromptTokens);
        Total("prefix_cache_hits", "Tokens found in the prefix cache.", static figures => figures.CachedPromptTokens);
        Total("num_preemptions", "Preemptions of sequences.", static figures => figures.Preemptions);
    }

    public Meter Meter { get; }

    public IReadOnlyDictionary<string, string> Aliases { get; } = new[]
    {
        "time_to_first_token_seconds", "inter_token_latency_seconds", "e2e_request_latency_seconds", "request_prompt_tokens", "request_generation_tokens", "request_success_total", "request_queue_time_seconds",
        "request_prefill_time_seconds", "request_decode_time_seconds", "request_inference_time_seconds",
    }.ToDictionary(static name => Ours + name, static name => Prefix + name).Append(new(Ours + "iteration_tokens", Prefix + "iteration_tokens_total")).ToDictionary();

    public void Dispose() => Meter.Dispose();

    private void Gauge(string name, string description, Func<EngineFigures, double> read) =>
        Meter.CreateObservableGauge(Prefix + name, () => _routers().Select(router => Of(router, read(router.Figures))), null, description);

    private void Total(string name, string description, Func<EngineFigures, long> read) =>
        Meter.CreateObservableCounter(Prefix + name, () => _routers().Select(router => Of(router, read(router.Figures))), null, description);

    private static Measurement<T> Of<T>(RouterReport router, T value)
        where T : struct => new(value, new KeyValuePair<string, object?>("engine", RouterNumbers.PipelineOf(router.Number)));
}
