using System.Text.Json;

namespace OrleansInference.CliTests.Cluster;

public sealed class ClusterStatusTests
{
    [Fact]
    public async Task Status_in_json_is_what_the_node_says()
    {
        await using ScriptedCluster cluster = await ScriptedCluster.StartAsync(statuses: ScriptedCluster.Status());
        CliResult result = await CliProcess.RunAsync(["cluster", "status", "--url", cluster.Url, "--json"]);
        Assert.Equal(0, result.ExitCode);
        JsonElement status = result.Json();
        Assert.Equal("a", status.GetProperty("answered").GetString());
        Assert.Equal(5, status.GetProperty("router").GetProperty("recovered").GetProperty("journal").GetInt32());
        Assert.Equal(2, status.GetProperty("nodes").GetArrayLength());
        Assert.Equal(1, status.GetProperty("field_of_a_later_version").GetInt32());
    }

    [Fact]
    public async Task Status_for_people_names_nodes_layers_and_recoveries()
    {
        await using ScriptedCluster cluster = await ScriptedCluster.StartAsync(statuses: ScriptedCluster.Status());
        CliResult result = await CliProcess.RunAsync(["cluster", "status", "--url", cluster.Url]);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("Router 3: serves", result.Output, StringComparison.Ordinal);
        Assert.Contains("5 from a journal, 6 from a prefix, 7 in full", result.Output, StringComparison.Ordinal);
        Assert.Contains("0-3", result.Output, StringComparison.Ordinal);
        Assert.Contains("4-7", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_for_people_says_where_the_time_of_a_step_goes_and_what_was_moved()
    {
        await using ScriptedCluster cluster = await ScriptedCluster.StartAsync(statuses: ScriptedCluster.Status());
        string output = (await CliProcess.RunAsync(["cluster", "status", "--url", cluster.Url])).Output;
        Assert.Contains("A step takes: computing 8.51 ms, waiting for stages 0.25 ms, a hop 0.30 ms (3 a step)", output, StringComparison.Ordinal);
        Assert.Contains("Sent over links: 3.0 MB", output, StringComparison.Ordinal);
        Assert.Matches(@"b\s+14\s+100\s+4\.25 ms\s+0\.12 ms\s+1[23] %\s+2\.6 MB\s+0\.7 MB", output);
    }

    [Fact]
    public async Task Status_for_people_says_what_became_of_cached_pages()
    {
        var status = ScriptedCluster.Status();
        await using (ScriptedCluster quiet = await ScriptedCluster.StartAsync(statuses: status.DeepClone().AsObject()))
        {
            string nothing = (await CliProcess.RunAsync(["cluster", "status", "--url", quiet.Url])).Output;
            Assert.DoesNotContain("compared", nothing, StringComparison.Ordinal);
            Assert.DoesNotContain("corrupted", nothing, StringComparison.Ordinal);
        }

        status["router"]!["verified_pages"] = 31;
        status["router"]!["unproven_pages"] = 6;
        status["nodes"]![1]!["devices"]![0]!["corrupted_pages"] = 2;
        await using ScriptedCluster cluster = await ScriptedCluster.StartAsync(statuses: status);
        string output = (await CliProcess.RunAsync(["cluster", "status", "--url", cluster.Url])).Output;
        Assert.Contains("Pages recomputed and compared: 31; dropped for lack of a proof: 6", output, StringComparison.Ordinal);
        Assert.Contains("Device 14 of b found corrupted pages: 2", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_of_an_earlier_version_is_shown_without_times()
    {
        var status = ScriptedCluster.Status();
        status["router"]!.AsObject().Remove("step_times");
        foreach (var node in status["nodes"]!.AsArray())
        {
            node!.AsObject().Remove("link_bytes");
            node["devices"]![0]!.AsObject().Remove("steps");
        }

        await using ScriptedCluster cluster = await ScriptedCluster.StartAsync(statuses: status);
        CliResult result = await CliProcess.RunAsync(["cluster", "status", "--url", cluster.Url]);
        Assert.Equal(0, result.ExitCode);
        Assert.DoesNotContain("computes", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("A step takes", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_lists_the_stages_in_order_with_what_they_run_on()
    {
        await using ScriptedCluster cluster = await ScriptedCluster.StartAsync(statuses: ScriptedCluster.Status());
        CliResult result = await CliProcess.RunAsync(["cluster", "plan", "--url", cluster.Url, "--json"]);
        JsonElement plan = result.Json();
        Assert.Equal(83886083, plan.GetProperty("epoch").GetInt64());
        Assert.Equal(
            ["a 10 0-4", "b 14 4-8"],
            plan.GetProperty("stages").EnumerateArray().Select(stage =>
                $"{stage.GetProperty("node")} {stage.GetProperty("device")} {stage.GetProperty("first_layer")}-{stage.GetProperty("end_layer")}"));
        Assert.Equal(2.5e10, plan.GetProperty("stages")[1].GetProperty("read_bandwidth").GetDouble());
    }

    [Fact]
    public async Task Several_pipelines_are_distinguished()
    {
        var status = ScriptedCluster.Status();
        var second = status["router"]!.DeepClone();
        second["activation"] = 7;
        second["pipeline"] = 1;
        second["stages"] = new System.Text.Json.Nodes.JsonArray(second["stages"]![1]!.DeepClone());
        status["pipelines"] = new System.Text.Json.Nodes.JsonArray(status["router"]!.DeepClone(), second);
        status["nodes"]![1]!["devices"]![0]!["pipeline"] = 1;
        await using ScriptedCluster cluster = await ScriptedCluster.StartAsync(statuses: status);

        string output = (await CliProcess.RunAsync(["cluster", "status", "--url", cluster.Url])).Output;
        Assert.Contains("Pipeline 0, router 3: serves", output, StringComparison.Ordinal);
        Assert.Contains("Pipeline 1, router 7: serves", output, StringComparison.Ordinal);
        Assert.Matches(@"a\s+http\S+\s+present\s+0\s+0-3", output);
        Assert.Matches(@"b\s+http\S+\s+present\s+1\s+4-7", output);

        JsonElement plan = (await CliProcess.RunAsync(["cluster", "plan", "--url", cluster.Url, "--json"])).Json();
        Assert.Equal(3, plan.GetProperty("activation").GetInt32());
        Assert.Equal([(0, 2), (1, 1)], plan.GetProperty("pipelines").EnumerateArray().Select(static one => (one.GetProperty("pipeline").GetInt32(), one.GetProperty("stages").GetArrayLength())));
        Assert.Contains("Pipeline 1", (await CliProcess.RunAsync(["cluster", "plan", "--url", cluster.Url])).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stage_whose_node_is_gone_is_shown_as_lost()
    {
        var status = ScriptedCluster.Status(secondThere: false);
        status["router"]!["stages"]![1]!["node"] = null;
        await using ScriptedCluster cluster = await ScriptedCluster.StartAsync(statuses: status);
        Assert.Contains("lost", (await CliProcess.RunAsync(["cluster", "plan", "--url", cluster.Url])).Output, StringComparison.Ordinal);
        JsonElement plan = (await CliProcess.RunAsync(["cluster", "plan", "--url", cluster.Url, "--json"])).Json();
        Assert.Equal(JsonValueKind.Null, plan.GetProperty("stages")[1].GetProperty("node").ValueKind);
    }

    [Fact]
    public async Task The_key_comes_from_the_option_or_the_environment()
    {
        await using ScriptedCluster cluster = await ScriptedCluster.StartAsync(key: "secret", statuses: ScriptedCluster.Status());
        string[] arguments = ["cluster", "status", "--url", cluster.Url, "--json"];
        CliResult without = await CliProcess.RunAsync(arguments);
        Assert.Equal(1, without.ExitCode);
        Assert.Contains("The administrator's key is wrong. Give the key with --api-key", without.Error(), StringComparison.Ordinal);
        Assert.Equal(0, (await CliProcess.RunAsync([.. arguments, "--admin-key", "secret"])).ExitCode);
        Dictionary<string, string> environment = new() { ["ORLEANS_INFERENCE_ADMIN_KEY"] = "secret" };
        Assert.Equal(0, (await CliProcess.RunAsync(arguments, environment: environment)).ExitCode);
    }

    [Theory]
    [InlineData("status")]
    [InlineData("plan")]
    [InlineData("drain", "b")]
    public async Task An_address_where_nobody_listens_is_named(params string[] command)
    {
        CliResult result = await CliProcess.RunAsync(["cluster", .. command, "--url", "http://127.0.0.1:1", "--json"]);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("http://127.0.0.1:1 cannot be reached", result.Error(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localhost:8000")]
    [InlineData("nothing")]
    public async Task An_address_that_is_none_is_wrong_usage(string url)
    {
        CliResult result = await CliProcess.RunAsync(["cluster", "status", "--url", url, "--json"]);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains($"--url is '{url}'", result.Error(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_of_one_process_is_distinguished_from_a_node()
    {
        await using Load.ScriptedServer server = await Load.ScriptedServer.StartAsync(static _ => Task.CompletedTask);
        CliResult result = await CliProcess.RunAsync(["cluster", "status", "--url", server.Address.AbsoluteUri, "--json"]);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("only the nodes of a cluster do", result.Error(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_is_no_status_is_an_error()
    {
        await using ScriptedCluster page = await ScriptedCluster.StartAsync();
        Assert.Contains("did not answer with JSON", (await CliProcess.RunAsync(["cluster", "status", "--url", page.Url, "--json"])).Error(), StringComparison.Ordinal);
        await using ScriptedCluster other = await ScriptedCluster.StartAsync(statuses: new System.Text.Json.Nodes.JsonObject { ["answered"] = "a" });
        Assert.Contains("does not describe a cluster", (await CliProcess.RunAsync(["cluster", "plan", "--url", other.Url, "--json"])).Error(), StringComparison.Ordinal);
    }
}
