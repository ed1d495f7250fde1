using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace OrleansInference.CliTests.Cluster;

/// <summary>A node that answers administrators with the statuses that it is given, the last one for ever.</summary>
internal sealed class ScriptedCluster : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly ConcurrentQueue<JsonObject> _statuses;
    private readonly string? _key;

    private ScriptedCluster(WebApplication application, string? key, IEnumerable<JsonObject> statuses)
    {
        _application = application;
        _key = key;
        _statuses = new ConcurrentQueue<JsonObject>(statuses);
    }

    public string Url => _application.Urls.First();

    /// <summary>Names of the nodes that were asked to leave.</summary>
    public ConcurrentQueue<string> Drained { get; } = [];

    /// <summary>Whether connections are cut instead of answered after a node was asked to leave.</summary>
    public bool FallsSilent { get; init; }

    public static async Task<ScriptedCluster> StartAsync(string? key = null, bool fallsSilent = false, params JsonObject[] statuses)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        WebApplication application = builder.Build();
        ScriptedCluster cluster = new(application, key, statuses) { FallsSilent = fallsSilent };
        application.MapGet("/admin/cluster", cluster.StatusAsync);
        application.MapPost("/admin/cluster/nodes/{name}/drain", cluster.DrainAsync);
        await application.StartAsync();
        return cluster;
    }

    /// <summary>A status as nodes write it: two nodes, the layers 0 to 3 on the first, 4 to 7 on the second.</summary>
    public static JsonObject Status(string answered = "a", string secondSilo = "S2", string secondUrl = "http://127.0.0.1:1", bool secondThere = true)
    {
        string second = secondThere ? $",{Node("b", secondSilo, secondUrl, 4)}" : string.Empty;
        return JsonNode.Parse($$"""
            {
              "answered": "{{answered}}",
              "router": {
                "activation": 3, "phase": "Serving", "serves": true, "epoch": 83886083, "sessions": 2, "recoveries": 1, "migrations": 4,
                "stages": [{"device": 10, "node": "a", "first_layer": 0, "end_layer": 4}, {"device": 14, "node": "b", "first_layer": 4, "end_layer": 8}],
                "recovered": {"journal": 5, "prefix": 6, "full": 7}, "steps": 100, "generated_tokens": 90, "pages_in_use": 8, "pages_total": 64,
                "step_times": {"steps": 100, "hops": 300, "computing_milliseconds": 850.5, "waiting_milliseconds": 25, "hop_milliseconds": 90}
              },
              "nodes": [{{Node("a", "S1", "http://127.0.0.1:1", 0)}}{{second}}],
              "field_of_a_later_version": 1
            }
            """)!.AsObject();
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private static string Node(string name, string silo, string url, int first) => $$"""
        {
          "name": "{{name}}", "silo": "{{silo}}", "url": "{{url}}", "draining": false, "sessions": 1, "streams": 2, "link_messages": 7, "link_bytes": 1500000, "call_messages": 3,
          "devices": [{
            "number": {{10 + first}}, "kind": "cpu", "memory_bytes": 8000000000, "read_bandwidth": 2.5e10, "arithmetic_rate": 1e11, "pages": 64,
            "first_layer": {{first}}, "end_layer": {{first + 4}}, "epoch": 83886083,
            "steps": 100, "computing_milliseconds": 425.25, "waiting_milliseconds": 12, "rate_share": 0.125, "copied_bytes": 2600000, "replayed_bytes": 700000
          }]
        }
        """;

    private async Task StatusAsync(HttpContext context)
    {
        if (FallsSilent && !Drained.IsEmpty)
        {
            context.Abort();
            return;
        }

        if (await RefusesAsync(context))
        {
            return;
        }

        if (!_statuses.TryPeek(out JsonObject? status))
        {
            await context.Response.WriteAsync("<html>not a node</html>");
            return;
        }

        if (_statuses.Count > 1)
        {
            _statuses.TryDequeue(out _);
        }

        await context.Response.WriteAsync(status.ToJsonString());
    }

    private async Task DrainAsync(HttpContext context, string name)
    {
        if (!await RefusesAsync(context))
        {
            Drained.Enqueue(name);
            context.Response.StatusCode = StatusCodes.Status202Accepted;
            await context.Response.WriteAsync($$"""{"node":"{{name}}","status":"draining"}""");
        }
    }

    private async Task<bool> RefusesAsync(HttpContext context)
    {
        if (_key is null || context.Request.Headers.Authorization == $"Bearer {_key}")
        {
            return false;
        }

        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        await context.Response.WriteAsync("""{"error":{"message":"The administrator's key is wrong."}}""");
        return true;
    }
}
