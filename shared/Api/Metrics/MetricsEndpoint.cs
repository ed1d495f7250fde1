namespace OrleansInference.Api.Metrics;

/// <summary><c>GET /metrics</c></summary>
internal static class MetricsEndpoint
{
    public static Task HandleAsync(HttpContext context, MetricCollector collector)
    {
        context.Response.ContentType = PrometheusText.ContentType;
        return context.Response.WriteAsync(collector.Collect(), context.RequestAborted);
    }
}
