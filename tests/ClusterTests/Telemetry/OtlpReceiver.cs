using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace OrleansInference.ClusterTests.Telemetry;

/// <summary>Receives OTLP over HTTP with protobuf, as a collector does, and keeps what came.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly WebApplication _application;
    private readonly List<Span> _spans = []; // locked by itself, as all that came is
    private readonly List<Metric> _metrics = [];
    private readonly List<string> _logs = [];

    private OtlpReceiver(WebApplication application) => _application = application;

    /// <summary>What sends a node's signals here, soon.</summary>
    public Dictionary<string, string> Variables => new()
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = _application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First(),
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
        ["OTEL_METRIC_EXPORT_INTERVAL"] = "500",
    };

    public static async Task<OtlpReceiver> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        WebApplication application = builder.Build();
        application.Urls.Add("http://127.0.0.1:0");
        OtlpReceiver receiver = new(application);
        application.MapPost("/v1/traces", context => TakeAsync(context, receiver.AddSpans));
        application.MapPost("/v1/metrics", context => TakeAsync(context, receiver.AddMetrics));
        application.MapPost("/v1/logs", context => TakeAsync(context, receiver.AddLogs));
        await application.StartAsync();
        return receiver;
    }

    /// <summary>Waits until there are spans of a trace as wanted.</summary>
    public Task<Span[]> UntilSpansAsync(string trace, Func<Span[], bool> wanted) => UntilAsync(() => [.. _spans.Where(span => span.Trace == trace)], wanted);

    /// <summary>Waits until there are metrics as wanted.</summary>
    public Task<Metric[]> UntilMetricsAsync(Func<Metric[], bool> wanted) => UntilAsync(() => [.. _metrics], wanted);

    /// <summary>Waits until there are lines of the log as wanted.</summary>
    public Task<string[]> UntilLogsAsync(Func<string[], bool> wanted) => UntilAsync(() => [.. _logs], wanted);

    public async ValueTask DisposeAsync() => await _application.DisposeAsync();

    private async Task<T[]> UntilAsync<T>(Func<T[]> read, Func<T[], bool> wanted)
    {
        DateTime end = DateTime.UtcNow + Patience;
        while (true)
        {
            T[] found;
            lock (_spans)
            {
                found = read();
            }

            if (wanted(found))
            {
                return found;
            }

            Assert.True(DateTime.UtcNow < end, $"Waited {Patience} for signals; there are {string.Join('\n', found)}");
            await Task.Delay(50);
        }
    }

    private static async Task TakeAsync(HttpContext context, Action<ProtoMessage> take)
    {
        using MemoryStream body = new();
        await context.Request.Body.CopyToAsync(body);
        take(new ProtoMessage(body.ToArray()));
        context.Response.ContentType = "application/x-protobuf";
    }

    private void AddSpans(ProtoMessage request)
    {
        lock (_spans)
        {
            foreach (ProtoMessage resource in request.Messages(1))
            {
                Dictionary<string, string> of = resource.Messages(1).Single().Attributes(1);
                _spans.AddRange(resource.Messages(2).SelectMany(static scope => scope.Messages(2)).Select(span => new Span(
                    span.Text(5), span.Hex(1), span.Hex(2), span.Hex(4), of["service.instance.id"], span.Number(7), span.Number(8), span.Attributes(9))));
            }
        }
    }

    private void AddMetrics(ProtoMessage request)
    {
        lock (_spans)
        {
            foreach (ProtoMessage metric in request.Messages(1).SelectMany(static resource => resource.Messages(2)).SelectMany(static scope => scope.Messages(2)))
            {
                _metrics.AddRange(metric.Messages(9).SelectMany(static histogram => histogram.Messages(1)).Select(point => new Metric(
                    metric.Text(1), metric.Text(3), point.Number(4), BitConverter.UInt64BitsToDouble(point.Number(5)), point.Attributes(9))));
            }
        }
    }

    private void AddLogs(ProtoMessage request)
    {
        lock (_spans)
        {
            _logs.AddRange(request.Messages(1).SelectMany(static resource => resource.Messages(2)).SelectMany(static scope => scope.Messages(2)).Select(static record => record.Messages(5).Single().Text(1)));
        }
    }
}

/// <summary>A span, with the name of the node that made it.</summary>
internal sealed record Span(string Name, string Trace, string Id, string Parent, string Node, ulong Start, ulong End, Dictionary<string, string> Attributes);

/// <summary>A point of a histogram.</summary>
internal sealed record Metric(string Name, string Unit, ulong Count, double Sum, Dictionary<string, string> Attributes);
