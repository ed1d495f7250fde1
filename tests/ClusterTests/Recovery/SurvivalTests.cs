using System.Text.Json;
using OrleansInference.Bench.Chaos;
using OrleansInference.ClusterTests.Nodes;
using OrleansInference.Silo.LocalCluster;
using Xunit.Abstractions;

namespace OrleansInference.ClusterTests.Recovery;

/// <summary>Streams go on, with the same tokens, whatever becomes of a node that they do not come through.</summary>
public sealed class SurvivalTests(ITestOutputHelper output)
{
    private const int Count = 6;

    [SkippableTheory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Streams_survive_the_loss_of_a_stage(int stage)
    {
        await using TestCluster cluster = await Postgres.Require.ClusterAsync(3, 3);
        string[] expected = await UndisturbedAsync(cluster);
        JsonElement view = await cluster.UntilStagesAsync(3);
        string victim = TestCluster.Stages(view)[stage]!;
        await DisturbAsync(cluster, expected, victim, ProcessSignal.Kill);
        view = await cluster.UntilAsync(
            after => TestCluster.Serves(after) && TestCluster.Stages(after).Length == 2 && !TestCluster.Stages(after).Contains(victim), $"a plan of the others than {victim}");
        output.WriteLine(view.GetProperty("router").ToString());
    }

    [SkippableFact]
    public async Task Streams_survive_the_loss_of_the_router()
    {
        await using TestCluster cluster = await Postgres.Require.ClusterAsync(3, 2);
        string[] expected = await UndisturbedAsync(cluster);
        JsonElement view = await cluster.UntilAsync(TestCluster.Serves, "a plan");
        int activation = view.GetProperty("router").GetProperty("activation").GetInt32();
        await DisturbAsync(cluster, expected, TestCluster.RouterNode(view), ProcessSignal.Kill);
        view = await cluster.UntilAsync(after => after.GetProperty("router").GetProperty("activation").GetInt32() > activation && TestCluster.Serves(after), "another router");
        output.WriteLine(view.GetProperty("router").ToString());
        Assert.NotEqual(0, view.GetProperty("router").GetProperty("inherited_pages").GetInt32());
    }

    [SkippableFact]
    public async Task Streams_survive_the_loss_of_the_directory()
    {
        await using TestCluster cluster = await Postgres.Require.ClusterAsync(3, 3);
        string[] expected = await UndisturbedAsync(cluster);
        JsonElement view = await cluster.UntilAsync(TestCluster.Serves, "a plan");
        await DisturbAsync(cluster, expected, view.GetProperty("directory").GetString()!, ProcessSignal.Kill);
    }

    [SkippableFact]
    public async Task Streams_whose_gateway_is_lost_go_on_at_another()
    {
        await using TestCluster cluster = await Postgres.Require.ClusterAsync(3, 3);
        string[] expected = await UndisturbedAsync(cluster);
        string[] urls = cluster.Urls;
        ResumingStream[] streams = [.. Enumerable.Range(0, Count).Select(number => Streams.Start(urls, number))];
        await Streams.ReachedAsync(streams);
        cluster.Nodes[0].Signal(ProcessSignal.Kill);
        Assert.Equal(expected, await Streams.SaidAsync(streams));
        Assert.Contains(streams, static stream => stream.Resumed > 0);
    }

    [SkippableFact]
    public async Task A_frozen_stage_is_replaced_and_refused_when_it_wakes()
    {
        await using TestCluster cluster = await Postgres.Require.ClusterAsync(3, 3);
        string[] expected = await UndisturbedAsync(cluster);
        JsonElement view = await cluster.UntilAsync(TestCluster.Serves, "a plan");
        string victim = TestCluster.Stages(view).First(node => node != TestCluster.RouterNode(view))!;
        await DisturbAsync(cluster, expected, victim, ProcessSignal.Stop);
        cluster.Node(victim).Signal(ProcessSignal.Continue);
        string url = cluster.UrlExcept(victim);
        string[] again = await Streams.SaidAsync(Enumerable.Range(0, Count).Select(number => Streams.Start(url, number)));
        Assert.Equal(expected, again);
    }

    [SkippableFact]
    public async Task A_node_that_is_asked_to_stop_hands_over_first()
    {
        await using TestCluster cluster = await Postgres.Require.ClusterAsync(3, 2);
        string[] expected = await UndisturbedAsync(cluster);
        JsonElement view = await cluster.UntilStagesAsync(2);
        string victim = TestCluster.Stages(view)[1]!;
        await DisturbAsync(cluster, expected, victim, ProcessSignal.Terminate);
        await cluster.UntilEndedAsync(cluster.Node(victim));
        Assert.Equal(0, cluster.Node(victim).ExitCode);
        await cluster.UntilAsync(after => TestCluster.Serves(after) && TestCluster.Stages(after).Length == 2 && !TestCluster.Stages(after).Contains(victim), $"a plan without {victim}");
    }

    [SkippableFact]
    public async Task A_router_that_leaves_hands_over_what_is_in_the_pages()
    {
        await using TestCluster cluster = await Postgres.Require.ClusterAsync(3, 2);
        string[] expected = await UndisturbedAsync(cluster);
        JsonElement view = await cluster.UntilStagesAsync(2);
        int activation = view.GetProperty("router").GetProperty("activation").GetInt32();
        string victim = TestCluster.RouterNode(view);
        await DisturbAsync(cluster, expected, victim, ProcessSignal.Terminate);
        await cluster.UntilEndedAsync(cluster.Node(victim));
        view = await cluster.UntilAsync(after => TestCluster.Serves(after) && TestCluster.RouterNode(after) != victim, $"a router elsewhere than on {victim}");
        output.WriteLine(view.GetProperty("router").ToString());
        Assert.Equal(activation + 1, view.GetProperty("router").GetProperty("activation").GetInt32());
        Assert.NotEqual(0, view.GetProperty("router").GetProperty("inherited_pages").GetInt32());
    }

    [SkippableFact]
    public async Task A_node_that_joins_takes_layers_while_streams_go_on()
    {
        await using TestCluster cluster = await Postgres.Require.ClusterAsync(2, 3);
        string[] expected = await UndisturbedAsync(cluster);
        ResumingStream[] streams = [.. Enumerable.Range(0, Count).Select(number => Streams.Start(cluster.Nodes[0].Url.Result, number))];
        NodeProcess node = cluster.AddNode();
        await cluster.UntilServingAsync(node);
        await cluster.UntilStagesAsync(3);
        Assert.Equal(expected, await Streams.SaidAsync(streams));
        JsonElement view = await cluster.UntilAsync(HasMeasured, "the times of steps and the bytes that were moved");
        output.WriteLine(view.ToString());
    }

    [SkippableFact]
    public async Task Streams_survive_a_restart_of_PostgreSQL()
    {
        await using TestCluster cluster = await Postgres.Require.ClusterAsync(2, 2);
        string[] expected = await UndisturbedAsync(cluster);
        ResumingStream[] streams = [.. Enumerable.Range(0, Count).Select(number => Streams.Start(cluster.Nodes[number % 2].Url.Result, number))];
        await Streams.ReachedAsync(streams);
        await cluster.Postgres.StopAsync(crash: true);
        await cluster.Postgres.StartAsync();
        Assert.Equal(expected, await Streams.SaidAsync(streams));
    }

    private static bool HasMeasured(JsonElement view)
    {
        JsonElement times = view.GetProperty("router").GetProperty("step_times");
        JsonElement[] nodes = [.. view.GetProperty("nodes").EnumerateArray()];
        JsonElement[] devices = [.. nodes.SelectMany(static node => node.GetProperty("devices").EnumerateArray())];
        return times.GetProperty("hops").GetInt64() > times.GetProperty("steps").GetInt64()
            && times.GetProperty("computing_milliseconds").GetDouble() > 0
            && times.GetProperty("hop_milliseconds").GetDouble() > 0
            && devices.Count(static device => device.GetProperty("steps").GetInt64() > 0 && device.GetProperty("computing_milliseconds").GetDouble() > 0) >= 2
            && devices.Any(static device => device.GetProperty("copied_bytes").GetInt64() > 0)
            && nodes.All(static node => node.GetProperty("link_bytes").GetInt64() > 0);
    }

    private static Task<string[]> UndisturbedAsync(TestCluster cluster) =>
        Streams.SaidAsync(Enumerable.Range(0, Count).Select(number => Streams.Start(cluster.Nodes[number % cluster.Nodes.Count].Url.Result, number)));

    /// <summary>Signals a node when all streams, which come through others, are under way, and compares what they say in the end.</summary>
    private async Task DisturbAsync(TestCluster cluster, string[] expected, string victim, ProcessSignal signal)
    {
        string url = cluster.UrlExcept(victim);
        ResumingStream[] streams = [.. Enumerable.Range(0, Count).Select(number => Streams.Start(url, number))];
        await Streams.ReachedAsync(streams);
        cluster.Node(victim).Signal(signal);
        output.WriteLine($"{signal} to {victim}");
        Assert.Equal(expected, await Streams.SaidAsync(streams));
        Assert.All(streams, static stream => Assert.Equal(0, stream.Resumed));
    }
}
