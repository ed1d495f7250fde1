using System.Buffers.Binary;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace OrleansInference.ClusterTests.Telemetry;

/// <summary>Receives OTLP over HTTP with protobuf and over gRPC, as a collector does, and keeps what came.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private const int GrpcPrefix = 5; // a flag for compression, and the length

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly WebApplication _application;
    private readonly List<Span> _spans = []; // locked by itself, as all that came is
    private readonly List<Metric> _metrics = [];
    private readonly List<string> _logs = [];

    private OtlpReceiver(WebApplication application) => _application = application;

    /// <summary>Settings with which a node sends its signals here, soon.</summary>
    /// <param name="protocol">Value of OTEL_EXPORTER_OTLP_PROTOCOL: http/protobuf or grpc.</param>
    public Dictionary<string, string> Variables(string protocol = "http/protobuf") => new()
    {
        // The server lists its addresses in the order in which its endpoints were configured.
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = _application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ElementAt(protocol == "grpc" ? 1 : 0),
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = protocol,
        ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
        ["OTEL_METRIC_EXPORT_INTERVAL"] = "500",
    };

    public static async Task<OtlpReceiver> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel =>
        {
            // Without TLS one port cannot offer both versions of HTTP.
            kestrel.Listen(IPAddress.Loopback, 0, static http => http.Protocols = HttpProtocols.Http1);
            kestrel.Listen(IPAddress.Loopback, 0, static grpc => grpc.Protocols = HttpProtocols.Http2);
        });
        WebApplication application = builder.Build();
        OtlpReceiver receiver = new(application);
        (string Path, string Service, Action<ProtoMessage> Take)[] signals =
        [
            ("traces", "trace.v1.TraceService", receiver.AddSpans), ("metrics", "metrics.v1.MetricsService", receiver.AddMetrics), ("logs", "logs.v1.LogsService", receiver.AddLogs),
        ];
        foreach ((string path, string service, Action<ProtoMessage> take) in signals)
        {
            application.MapPost($"/v1/{path}", context => TakeAsync(context, take));
            application.MapPost($"/opentelemetry.proto.collector.{service}/Export", context => TakeGrpcAsync(context, take));
        }

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
        take(new ProtoMessage(await ReadAsync(context.Request)));
        context.Response.ContentType = "application/x-protobuf";
    }

    private static async Task TakeGrpcAsync(HttpContext context, Action<ProtoMessage> take)
    {
        byte[] call = await ReadAsync(context.Request);
        Assert.Equal((0, call.Length - GrpcPrefix), (call[0], BinaryPrimitives.ReadInt32BigEndian(call.AsSpan(1))));
        take(new ProtoMessage(call.AsMemory(GrpcPrefix)));
        context.Response.ContentType = "application/grpc";
        context.Response.DeclareTrailer("grpc-status");
        await context.Response.Body.WriteAsync(new byte[GrpcPrefix]);
        context.Response.AppendTrailer("grpc-status", "0");
    }

    private static async Task<byte[]> ReadAsync(HttpRequest request)
    {
        using MemoryStream body = new();
        await request.Body.CopyToAsync(body);
        return body.ToArray();
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
