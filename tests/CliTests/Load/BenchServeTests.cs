using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using OrleansInference.Cli.Hosting;
using OrleansInference.Cli.Settings;
using OrleansInference.Cluster.Hosting;
using OrleansInference.Compute;

namespace OrleansInference.CliTests.Load;

public sealed class BenchServeTests
{
    private const string Answer =
        """
        data: {"choices":[{"text":"a","finish_reason":null}]}

        data: {"choices":[{"text":"b","finish_reason":"length"}]}

        data: {"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":4}}}

        data: [DONE]


        """;

    [Theory]
    [InlineData("--streams", "2")]
    [InlineData("--rate", "20")]
    [InlineData("--streams", "2", "--chat", "--seed", "2")] // words of which 40 tokens can be made; for some seeds the nearest is 41
    public async Task Measures_the_demo_model(params string[] load)
    {
        await using LocalServer server = await StartDemoAsync();
        CliResult result = await RunAsync(server.Address, [.. load, "--prompt", "40", "--generate", "4"]);
        JsonElement figures = result.Json();
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(
            ["tokens_per_second", "requests", "failed", "ttft_ms", "inter_token_ms", "cached_token_share", "tenants"], figures.EnumerateObject().Select(figure => figure.Name));
        Assert.True(figures.GetProperty("tokens_per_second").GetDouble() > 0 || load.Contains("--rate"));
        Assert.True(figures.GetProperty("requests").GetInt32() > 0);
        Assert.Equal(0, figures.GetProperty("failed").GetInt32());
        Assert.True(figures.GetProperty("ttft_ms").GetProperty("p99").GetDouble() > 0);
        Assert.Equal(figures.GetProperty("requests").GetInt32(), figures.GetProperty("tenants").GetProperty("1").GetProperty("requests").GetInt32());
        Assert.Contains("seed ", result.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("did not have 40 tokens", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Measures_conversations_and_arrivals()
    {
        await using LocalServer server = await StartDemoAsync();
        JsonElement figures = (await RunAsync(
            server.Address, ["--prompt", "60", "--generate", "4", "--turns", "2", "--arrival-prompt", "80", "--arrival-seconds", "1", "--per-second", "--seed", "1"])).Json();
        Assert.Equal(["1", "2"], figures.GetProperty("turns").EnumerateObject().Select(turn => turn.Name));
        Assert.True(figures.GetProperty("turns").GetProperty("2").GetProperty("cached_token_share").GetDouble() > 0.4);
        Assert.True(figures.GetProperty("arrivals").GetProperty("requests").GetInt32() > 0);
        Assert.True(figures.GetProperty("tokens_in_any_second").GetProperty("1").GetProperty("most").GetDouble() > 0);
    }

    [Fact]
    public async Task Beside_busy_loops_both_runs_and_the_share_of_the_fair_part_are_reported()
    {
        await using LocalServer server = await StartDemoAsync();
        CliResult result = await RunAsync(server.Address, ["--prompt", "40", "--generate", "4", "--beside", "1", "--server-threads", "2"]);
        JsonElement figures = result.Json();
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(
            ["tokens_per_second", "beside_tokens_per_second", "fair_part", "share_of_fair_part", "alone", "beside"], figures.EnumerateObject().Select(figure => figure.Name));
        Assert.All(
            (string[])["alone", "beside"],
            run => Assert.True(figures.GetProperty(run).GetProperty("tenants").GetProperty("1").GetProperty("tokens_per_second").GetDouble() > 0));
        Assert.True(figures.GetProperty("share_of_fair_part").GetDouble() > 0);
    }

    [Fact]
    public async Task A_soak_ends_with_no_page_in_use()
    {
        await using LocalServer server = await StartDemoAsync();
        CliResult result = await CliProcess.RunAsync(
            ["bench", "soak", "--url", server.Address.AbsoluteUri, "--seconds", "2", "--streams", "6", "--prompt", "100", "--generate", "40", "--cancel-percent", "40", "--json"]);
        JsonElement figures = result.Json();
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(0, figures.GetProperty("pages_in_use_when_idle").GetInt32());
        Assert.Equal(0, figures.GetProperty("failed").GetInt32());
        Assert.True(figures.GetProperty("requests").GetInt32() > 6);
        Assert.True(figures.GetProperty("resident_megabytes")[0].GetDouble() > 1);
    }

    [Fact]
    public async Task Each_tenant_sends_its_key_and_has_its_figures()
    {
        ConcurrentBag<string> keys = [];
        await using ScriptedServer server = await ScriptedServer.StartAsync(context =>
        {
            keys.Add(context.Request.Headers.Authorization.ToString());
            return context.Response.WriteAsync(Answer);
        });
        CliResult result = await RunAsync(server.Address, ["--streams", "2,1", "--tenants", "2", "--api-key", "first", "--api-key", "second", "--prompt", "5", "--generate", "2"]);
        JsonElement figures = result.Json();
        Assert.Equal(["1", "2"], figures.GetProperty("tenants").EnumerateObject().Select(tenant => tenant.Name));
        Assert.Equal(0.8, figures.GetProperty("cached_token_share").GetDouble());
        Assert.Equal(["Bearer first", "Bearer second"], keys.Distinct().Order());
        Assert.DoesNotContain("first", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Failures_are_counted_by_kind()
    {
        int asked = 0;
        await using ScriptedServer server = await ScriptedServer.StartAsync(context =>
        {
            if (Interlocked.Increment(ref asked) <= 2)
            {
                return context.Response.WriteAsync(Answer);
            }

            context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
            return context.Response.WriteAsync("""{"error":{"message":"queue full"}}""");
        });
        CliResult result = await RunAsync(server.Address, ["--prompt", "5", "--generate", "2"]);
        JsonElement figures = result.Json();
        Assert.True(figures.GetProperty("failed").GetInt32() > 0);
        Assert.Equal(JsonValueKind.Null, figures.GetProperty("ttft_ms").GetProperty("p50").ValueKind);
        Assert.Contains("failed, HTTP 429: queue full", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_arguments_end_with_code_2_and_say_why()
    {
        CliResult result = await CliProcess.RunAsync(["bench", "serve", "--url", "http://127.0.0.1:1", "--tenants", "3", "--json"]);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("--tenants: '3'", result.Error(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_does_not_listen_is_an_error()
    {
        CliResult result = await CliProcess.RunAsync(["bench", "serve", "--url", "http://127.0.0.1:1", "--model", "m", "--json"]);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("connection", result.Error(), StringComparison.Ordinal);
    }

    private static Task<LocalServer> StartDemoAsync()
    {
        ModelOptions model = new() { Model = CheckpointOptions.Find(null), Name = "demo", Compute = new ComputeOptions { Threads = 1, KvBytes = 64 << 20, PackedFolder = "" } };
        return LocalServer.StartAsync(model, progress: null);
    }

    private static Task<CliResult> RunAsync(Uri address, string[] arguments) =>
        CliProcess.RunAsync(["bench", "serve", "--url", address.AbsoluteUri, "--seconds", "1", "--json", .. arguments]);
}
