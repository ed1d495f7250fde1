using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using OrleansInference.Engine.Requests;

namespace OrleansInference.Api.Metrics;

/// <summary>Figures of each tenant on this node, which only administrators of the cluster read. They have a meter of their own, which no exporter knows.</summary>
internal sealed class TenantMetrics : IMetricSource, IDisposable
{
    /// <summary>Tenants that have series of their own. The others share one, so that memory and scrapes stay bounded.</summary>
    public const int MaxTenants = 1000;

    private const string Prefix = "orleans_inference_";
    private const string Others = "(others)"; // no name of a tenant

    private readonly ConcurrentDictionary<string, KeyValuePair<string, object?>> _labels = new();
    private readonly Meter _meter;
    private readonly Counter<long> _requests, _promptTokens, _generatedTokens;
    private readonly MetricCollector _collector;

    public TenantMetrics(IMeterFactory factory, IInferenceService service)
    {
        _meter = factory.Create("OrleansInference.Tenants");
        _requests = Total("tenant_requests", "Requests of a tenant that this node has answered completely.");
        _promptTokens = Total("tenant_prompt_tokens", "Prompt tokens of those requests.");
        _generatedTokens = Total("tenant_generation_tokens", "Generated tokens of those requests.");
        _collector = new MetricCollector([this], service.Model.Id);

        Counter<long> Total(string name, string description) => _meter.CreateCounter<long>(Prefix + name, null, description);
    }

    public Meter Meter => _meter;

    /// <summary>Counts a request that was answered completely.</summary>
    public void Record(string tenant, Usage usage)
    {
        if (!_labels.TryGetValue(tenant, out KeyValuePair<string, object?> label))
        {
            label = new KeyValuePair<string, object?>("tenant", _labels.Count < MaxTenants ? tenant : Others);
            _labels.TryAdd((string)label.Value!, label);
        }

        _requests.Add(1, label);
        _promptTokens.Add(usage.PromptTokens, label);
        _generatedTokens.Add(usage.CompletionTokens, label);
    }

    /// <summary>Returns the figures in the format of Prometheus.</summary>
    public string Collect() => _collector.Collect();

    public void Dispose()
    {
        _collector.Dispose();
        _meter.Dispose();
    }
}
