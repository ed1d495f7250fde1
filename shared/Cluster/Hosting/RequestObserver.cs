using System.Diagnostics;
using OrleansInference.Engine.Requests;
using OrleansInference.Engine.Scheduling;

namespace OrleansInference.Cluster.Hosting;

/// <summary>Measures a router's requests, and creates the spans of traced ones.</summary>
/// <param name="metrics">Receives the measurements; null if not needed.</param>
/// <param name="pipeline">Pipeline of the router.</param>
/// <param name="time">The router's clock.</param>
internal sealed class RequestObserver(EngineMetrics? metrics, int pipeline, TimeProvider time) : IRequestObserver
{
    public void OnSubmitted(RoutedRequest request) =>
        request.Span = Tracing.Begin("router", request.Request.TraceParent, request.Request.TraceState)?.SetTag("orleans_inference.pipeline", pipeline);

    public void OnStep(int rows) => metrics?.StepTokens.Record(rows);

    public void OnEnded(RoutedRequest request, Exception? error)
    {
        if (metrics is not null && request.FirstTokenAt != 0)
        {
            metrics.Queue.Record(Seconds(request.Arrived, request.AdmittedAt));
            metrics.Prefill.Record(Seconds(request.AdmittedAt, request.FirstTokenAt));
            metrics.Decode.Record(Seconds(request.FirstTokenAt, request.LastTokenAt));
            metrics.Inference.Record(Seconds(request.AdmittedAt, request.LastTokenAt));
        }

        if (request.Span is { } span)
        {
            AddSpans(request, span);
            span.SetTag("gen_ai.usage.input_tokens", request.PromptLength).SetTag("gen_ai.usage.output_tokens", request.GeneratedTokens);
            span.SetTag("gen_ai.usage.cache_read.input_tokens", request.CachedPromptTokens);
            if (error is not null)
            {
                span.SetStatus(ActivityStatusCode.Error, error.Message).SetTag("error.type", error.GetType().Name);
            }

            span.Stop();
        }
    }

    private void AddSpans(RoutedRequest request, Activity span)
    {
        // A cancelled or failed request ends in one of its parts: that part ends now.
        long now = time.GetTimestamp();
        DateTime today = DateTime.UtcNow;
        bool admitted = request.AdmittedAt != 0;
        bool answered = request.FirstTokenAt != 0;
        Add("queue", request.Arrived, admitted ? request.AdmittedAt : now);
        if (admitted)
        {
            Add("prefill", request.AdmittedAt, answered ? request.FirstTokenAt : now, ("gen_ai.usage.input_tokens", request.PromptLength), ("gen_ai.usage.cache_read.input_tokens", request.CachedPromptTokens));
        }

        if (answered)
        {
            Add("decode", request.FirstTokenAt, request.LastTokenAt, ("gen_ai.usage.output_tokens", request.GeneratedTokens));
        }

        void Add(string name, long from, long to, params ReadOnlySpan<(string Key, object? Value)> attributes) =>
            Tracing.Add(name, span.Context, At(from), At(to), attributes);

        DateTime At(long timestamp) => today - time.GetElapsedTime(timestamp, now);
    }

    private double Seconds(long from, long to) => time.GetElapsedTime(from, to).TotalSeconds;
}
