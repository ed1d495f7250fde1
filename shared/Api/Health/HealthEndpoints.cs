using System.Reflection;
using OrleansInference.Engine.Requests;

namespace OrleansInference.Api.Health;

/// <summary>Answer of <c>GET /health</c> and <c>/alive</c>.</summary>
/// <param name="Status"><c>ready</c>, <c>unavailable</c> or <c>alive</c>.</param>
/// <param name="Reason">Reason why requests cannot be served.</param>
internal sealed record HealthReport(string Status, string? Reason = null);

/// <summary>Answer of <c>GET /version</c>.</summary>
internal sealed record VersionReport(string Version);

/// <summary><c>GET /health</c>, <c>/alive</c> and <c>/version</c></summary>
internal static class HealthEndpoints
{
    private static readonly string Version =
        typeof(HealthEndpoints).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>Answers 200 if requests can be served, otherwise 503 with the reason.</summary>
    public static Task HealthAsync(HttpContext context, IInferenceService service)
    {
        ServiceStatus status = service.Status;
        context.Response.StatusCode = status.Ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        return WriteAsync(context, new HealthReport(status.Ready ? "ready" : "unavailable", status.Ready ? null : status.Reason));
    }

    /// <summary>Answers 200 as long as the process runs.</summary>
    public static Task AliveAsync(HttpContext context) => WriteAsync(context, new HealthReport("alive"));

    public static Task VersionAsync(HttpContext context) =>
        context.Response.WriteAsJsonAsync(new VersionReport(Version), ApiJson.Default.VersionReport, cancellationToken: context.RequestAborted);

    private static Task WriteAsync(HttpContext context, HealthReport report) =>
        context.Response.WriteAsJsonAsync(report, ApiJson.Default.HealthReport, cancellationToken: context.RequestAborted);
}
