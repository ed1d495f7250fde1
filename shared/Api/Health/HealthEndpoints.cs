using System.Reflection;
using OrleansInference.Engine.Requests;

namespace OrleansInference.Api.Health;

/// <summary>Whether requests can be served.</summary>
/// <param name="Status"><c>ready</c>, <c>unavailable</c> or <c>alive</c>.</param>
/// <param name="Reason">Why they cannot.</param>
internal sealed record HealthReport(string Status, string? Reason = null);

/// <summary>Which version this is.</summary>
internal sealed record VersionReport(string Version);

/// <summary><c>GET /health</c>, <c>/alive</c> and <c>/version</c></summary>
internal static class HealthEndpoints
{
    private static readonly string Version =
        typeof(HealthEndpoints).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>200 when requests can be served, 503 with the reason when not.</summary>
    public static Task HealthAsync(HttpContext context, IInferenceService service)
    {
        ServiceStatus status = service.Status;
        context.Response.StatusCode = status.Ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        return WriteAsync(context, new HealthReport(status.Ready ? "ready" : "unavailable", status.Ready ? null : status.Reason));
    }

    /// <summary>200 as long as the process answers at all.</summary>
    public static Task AliveAsync(HttpContext context) => WriteAsync(context, new HealthReport("alive"));

    public static Task VersionAsync(HttpContext context) =>
        context.Response.WriteAsJsonAsync(new VersionReport(Version), ApiJson.Default.VersionReport, cancellationToken: context.RequestAborted);

    private static Task WriteAsync(HttpContext context, HealthReport report) =>
        context.Response.WriteAsJsonAsync(report, ApiJson.Default.HealthReport, cancellationToken: context.RequestAborted);
}
