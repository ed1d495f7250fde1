using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using OrleansInference.Api.Metrics;
using OrleansInference.Cluster.Hosting;
using OrleansInference.Engine.Requests;
using OrleansInference.Silo.Metrics;

namespace OrleansInference.Silo.Telemetry;

/// <summary>
/// Exports traces, metrics and the log over OTLP, as the standard variables <c>OTEL_*</c> specify. Without an endpoint in them nothing is registered, so no
/// span is created and no measurement is kept.
/// </summary>
internal static class TelemetrySetup
{
    private const string Disabled = "OTEL_SDK_DISABLED";

    private static readonly string[] Endpoints =
    [
        "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT",
    ];

    /// <param name="builder">Of the node's host.</param>
    /// <param name="node">Name of the node, which identifies its signals.</param>
    /// <param name="model">Name of the served model.</param>
    public static void AddTelemetry(this WebApplicationBuilder builder, string node, string model)
    {
        ConfigurationManager configuration = builder.Configuration;
        if (Array.TrueForAll(Endpoints, name => string.IsNullOrEmpty(configuration[name])) || string.Equals(configuration[Disabled], "true", StringComparison.OrdinalIgnoreCase))
        {
            return;
        }

        builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.Clear()
                .AddService("orleans-inference", serviceVersion: typeof(TelemetrySetup).Assembly.GetName().Version?.ToString(3), serviceInstanceId: node)
                .AddAttributes([new("model_name", model)])
                .AddTelemetrySdk()
                .AddEnvironmentVariableDetector()) // the last one has precedence
            .WithTracing(static tracing => tracing
                .AddSource(Tracing.SourceName)
                .AddAspNetCoreInstrumentation(static requests => requests.Filter = static context => HttpMethods.IsPost(context.Request.Method)))
            .WithMetrics(static metrics => metrics
                .AddMeter(ApiMeters.Api, ApiMeters.GenAi, EngineMetrics.MeterName, ClusterMetrics.MeterName)
                .AddMeter("Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime"))
            .WithLogging(null, static log => log.IncludeFormattedMessage = true)
            .UseOtlpExporter();
    }
}
