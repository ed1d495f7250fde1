namespace OrleansInference.Api.Metrics;

/// <summary><c>GET /metrics</c></summary>
internal static class MetricsEndpoint
{
    public static async Task HandleAsync(HttpContext context, MetricCollector collector)
    {
        await collector.RefreshAsync(context.RequestAborted);
        context.Response.ContentType = PrometheusText.ContentType;
        await context.Response.WriteAsync(collector.Collect(), context.RequestAborted);
    }
}
