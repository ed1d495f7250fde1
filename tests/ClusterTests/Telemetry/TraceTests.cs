using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using OrleansInference.ClusterTests.Nodes;
using OrleansInference.ClusterTests.Postgres;
using OrleansInference.ClusterTests.Stopping;
using OrleansInference.Silo.LocalCluster;

namespace OrleansInference.ClusterTests.Telemetry;

/// <summary>What nodes export over OTLP while they serve.</summary>
public sealed class TraceTests
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";
    private const string Caller = "b7ad6b7169203331";

    [Theory]
    [InlineData("http/protobuf")]
    [InlineData("grpc")]
    public async Task A_request_has_one_trace_from_its_caller_to_the_stages_and_is_measured(string protocol)
    {
        await using OtlpReceiver receiver = await OtlpReceiver.StartAsync();
        using NodeProgram node = NodeProgram.With(receiver.Variables(protocol), "--port", "0", "--devices", "2", "--stages", "2", "--threads", "1", "--node", "alone");
        string url = await node.ServesAsync();

        JsonElement usage = await AskAsync(url);

        Span[] spans = await receiver.UntilSpansAsync(Trace, static spans => spans.Any(static span => span.Name.StartsWith("POST", StringComparison.Ordinal)) && spans.Any(static span => span.Name == "router"));
        Span server = Assert.Single(spans, static span => span.Parent == Caller);
        Span gateway = ChildOf(server, "chat demo");
        Span session = ChildOf(gateway, "session");
        Span router = ChildOf(session, "router");
        Span queue = ChildOf(router, "queue");
        Span prefill = ChildOf(router, "prefill");
        Span decode = ChildOf(router, "decode");
        Assert.All(spans, static span => Assert.Equal("alone", span.Node));
        Assert.Equal((router.Parent, queue.End, prefill.End), (session.Id, prefill.Start, decode.Start));
        Assert.True(router.Start <= queue.Start + 5_000_000 && decode.End <= router.End + 5_000_000, "the parts of a request are not within it");

        Span[] stages = [.. spans.Where(static span => span.Name == "stage")];
        Assert.All(stages, stage => Assert.Equal(router.Id, stage.Parent));
        Assert.Equal(2, stages.Select(static stage => stage.Attributes["orleans_inference.device"]).Distinct().Count());
        Assert.Equal(4, stages.Length); // each of two stages: the prompt's step, and the first of decoding

        Assert.Equal(("chat", "demo"), (gateway.Attributes["gen_ai.operation.name"], gateway.Attributes["gen_ai.request.model"]));
        Assert.Equal(usage.GetProperty("prompt_tokens").ToString(), gateway.Attributes["gen_ai.usage.input_tokens"]);
        Assert.Equal(usage.GetProperty("completion_tokens").ToString(), gateway.Attributes["gen_ai.usage.output_tokens"]);
        Assert.Equal("length", gateway.Attributes["gen_ai.response.finish_reasons"]);

        string[] named = ["gen_ai.server.request.duration", "gen_ai.server.time_to_first_token", "gen_ai.server.time_per_output_token"];
        Metric[] metrics = await receiver.UntilMetricsAsync(metrics => named.All(name => metrics.Any(metric => metric.Name == name && metric.Count == 1)) && metrics.Any(static metric => metric.Name == "orleans_inference_request_prefill_time_seconds"));
        Assert.All(metrics.Where(metric => named.Contains(metric.Name)), static metric => Assert.Equal(("s", "demo", "chat"), (metric.Unit, metric.Attributes["gen_ai.request.model"], metric.Attributes["gen_ai.operation.name"])));
        await receiver.UntilLogsAsync(static lines => lines.Any(static line => line.Contains("takes part in the cluster", StringComparison.Ordinal)));

        await AssertScrapeAsync(url);

        Span ChildOf(Span parent, string name) => Assert.Single(spans, span => span.Name == name && span.Parent == parent.Id);
    }

    [SkippableFact]
    public async Task A_trace_continues_at_other_nodes_and_the_log_reports_a_loss()
    {
        await using OtlpReceiver receiver = await OtlpReceiver.StartAsync();
        await using TestCluster cluster = await Require.ClusterAsync(2, 2, receiver.Variables());
        foreach (string url in cluster.Urls)
        {
            await AskAsync(url);
        }

        Span[] spans = await receiver.UntilSpansAsync(Trace, static spans => spans.Count(static span => span.Name == "router") == 2 && spans.Count(static span => span.Name.StartsWith("POST", StringComparison.Ordinal)) == 2);
        Span[] gateways = [.. spans.Where(static span => span.Name == "chat demo")];
        Assert.Equal(["node-1", "node-2"], gateways.Select(static span => span.Node).Order());
        Span[] routers = [.. spans.Where(static span => span.Name == "router")];
        Assert.Single(routers.Select(static router => router.Node).Distinct());
        Assert.Contains(routers, router => gateways.Single(gateway => gateway.Id == SessionOf(router).Parent).Node != router.Node);
        foreach (Span router in routers)
        {
            Assert.Equal(["node-1", "node-2"], spans.Where(span => span.Name == "stage" && span.Parent == router.Id).Select(static span => span.Node).Distinct().Order());
        }

        string routing = routers[0].Node;
        string other = cluster.Nodes.Single(node => node.Name != routing).Name;
        Assert.Equal(2, cluster.Said("node-1", " joined the cluster. ") + cluster.Said("node-2", " joined the cluster. ")); // each once
        cluster.Node(other).Stop(ProcessSignal.Kill);
        await cluster.UntilAsync(view => TestCluster.Serves(view) && TestCluster.Stages(view).SequenceEqual([routing]), "a plan without the lost node");
        await UntilSaidAsync(cluster, routing, $"{other} (device ", " is lost.");
        await UntilSaidAsync(cluster, routing, "Pipeline 0: plan ", "is made (reason: Loss)");
        await UntilSaidAsync(cluster, routing, "Pipeline 0: the loss is recovered in ", "Sequences by strategy: journal 0, prefix 0, full 0.");
        await UntilSaidAsync(cluster, routing, $"Node {other} left the cluster without a drain. Nodes: 1.");

        Span SessionOf(Span router) => spans.Single(span => span.Name == "session" && span.Id == router.Parent);
    }

    /// <summary>Metrics under our names and vLLM's, after one request, each with its kind and the model.</summary>
    private static async Task AssertScrapeAsync(string url)
    {
        using HttpClient http = new();
        string[] lines = (await http.GetStringAsync(new Uri(url + "/metrics"))).TrimEnd().Split('\n');
        Assert.All(lines.Where(static line => !line.StartsWith('#')), static line => Assert.Contains("{model_name=\"demo\"", line, StringComparison.Ordinal));
        foreach ((string name, string kind) in ((string, string)[])
        [
            ("num_requests_running", "gauge"), ("num_requests_waiting", "gauge"), ("kv_cache_usage_perc", "gauge"), ("prompt_tokens_total", "counter"), ("generation_tokens_total", "counter"),
            ("prefix_cache_queries_total", "counter"), ("prefix_cache_hits_total", "counter"), ("num_preemptions_total", "counter"), ("request_success_total", "counter"), ("time_to_first_token_seconds", "histogram"),
            ("inter_token_latency_seconds", "histogram"), ("e2e_request_latency_seconds", "histogram"), ("request_prompt_tokens", "histogram"), ("request_generation_tokens", "histogram"),
            ("request_queue_time_seconds", "histogram"), ("request_prefill_time_seconds", "histogram"), ("request_decode_time_seconds", "histogram"), ("request_inference_time_seconds", "histogram"),
        ])
        {
            Assert.Contains($"# TYPE vllm:{name} {kind}", lines);
            Assert.Contains($"# TYPE orleans_inference_{name} {kind}", lines);
            if (kind == "histogram")
            {
                Assert.Equal(Sample(lines, $"orleans_inference_{name}_sum"), Sample(lines, $"vllm:{name}_sum"));
                Assert.True(Sample(lines, $"vllm:{name}_count") >= 1, name);
            }
        }

        Assert.Contains("# TYPE vllm:iteration_tokens_total histogram", lines);
        Assert.Contains(lines, static line => line.StartsWith("vllm:kv_cache_usage_perc{model_name=\"demo\",engine=\"0\"} ", StringComparison.Ordinal));
        Assert.Equal(Sample(lines, "vllm:request_prompt_tokens_sum"), Sample(lines, "vllm:prompt_tokens_total"));
        Assert.Equal(Sample(lines, "vllm:request_prompt_tokens_sum"), Sample(lines, "vllm:prefix_cache_queries_total"));
        Assert.Equal(12, Sample(lines, "vllm:generation_tokens_total"));
        Assert.True(Sample(lines, "orleans_inference_device_computing_seconds_total") is > 0 and < 60);
    }

    private static double Sample(string[] lines, string name) =>
        double.Parse(lines.First(line => line.StartsWith(name + "{", StringComparison.Ordinal)).Split(' ')[^1], CultureInfo.InvariantCulture);

    private static async Task UntilSaidAsync(TestCluster cluster, string node, params string[] words) =>
        await cluster.UntilAsync(_ => words.All(word => cluster.Said(node, word) > 0), $"a line of {node} with {string.Join(" … ", words)}");

    /// <summary>Asks for twelve tokens as a part of the trace.</summary>
    /// <returns>The usage.</returns>
    private static async Task<JsonElement> AskAsync(string url)
    {
        using HttpClient http = new();
        using HttpRequestMessage request = new(HttpMethod.Post, url + "/v1/chat/completions")
        {
            Content = JsonContent.Create(new { model = "demo", temperature = 0, max_tokens = 12, messages = new[] { new { role = "user", content = "What is 123 + 456?" } } }),
        };
        request.Headers.Add("traceparent", $"00-{Trace}-{Caller}-01");
        using HttpResponseMessage response = await http.SendAsync(request);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("usage");
    }
}
