using OrleansInference.Api.Access;
using OrleansInference.Tenancy.Keys;

namespace OrleansInference.Api.Metrics;

/// <summary><c>GET /metrics</c></summary>
internal static class MetricsEndpoint
{
    public static async Task HandleAsync(HttpContext context, MetricCollector collector, TenantMetrics tenants)
    {
        await collector.RefreshAsync(context.RequestAborted);
        context.Response.ContentType = PrometheusText.ContentType;
        string ofTenants = Caller.Of(context).Has(Rights.ManageCluster) ? tenants.Collect() : string.Empty;
        await context.Response.WriteAsync(collector.Collect() + ofTenants, context.RequestAborted);
    }
}
