using System.Text.Json;
using OrleansInference.Bench.Chaos;
using OrleansInference.ClusterTests.Nodes;
using OrleansInference.Silo.LocalCluster;
using Xunit.Abstractions;

namespace OrleansInference.ClusterTests.Recovery;

/// <summary>Several pipelines share the sessions and say the same; streams go on when one of them is lost, ends, or comes.</summary>
public sealed class PipelinesTests(ITestOutputHelper output)
{
    private const int Count = 8;
    private const int MostRounds = 10;

    [SkippableFact]
    public async Task Nodes_that_join_make_another_pipeline_that_takes_sessions_and_says_the_same()
    {
        await using TestCluster cluster = await Postgres.Require.ClusterAsync(2, 2, settings: ["--pipelines", "2"]);
        await UntilPipelinesAsync(cluster, 2);
        string[] expected = await Streams.SaidAsync(Start(cluster.Urls));
        ResumingStream[] streams = Start(cluster.Urls);
        NodeProcess[] joining = [cluster.AddNode(), cluster.AddNode()];
        await cluster.UntilServingAsync(joining);
        await UntilPipelinesAsync(cluster, 2, 2);
        Assert.Equal(expected, await Streams.SaidAsync(streams));
        Assert.Equal(expected, await Streams.SaidAsync(Start(cluster.Urls)));

        // Gateways learn of the new pipeline a moment later, and prompts that they have had stay where they were.
        JsonElement view;
        int round = 0;
        do
        {
            await Streams.SaidAsync(Start(cluster.Urls, from: ++round * Count));
            view = await UntilPipelinesAsync(cluster, 2, 2);
        }
        while (round < MostRounds && Pipelines(view).Any(static router => router.GetProperty("generated_tokens").GetInt64() == 0));
        Assert.All(Pipelines(view), static router => Assert.NotEqual(0, router.GetProperty("generated_tokens").GetInt64()));
        output.WriteLine(string.Join(", ", Pipelines(view).Select(static router => $"{router.GetProperty("generated_tokens")} tokens")));
        Assert.Equal([0, 0, 1, 1], view.GetProperty("nodes").EnumerateArray().SelectMany(static node => node.GetProperty("devices").EnumerateArray()).Select(static device => device.GetProperty("pipeline").GetInt32()).Order());
    }

    [SkippableFact]
    public async Task Streams_survive_the_loss_of_a_pipeline()
    {
        await using TestCluster cluster = await Postgres.Require.ClusterAsync(2, 1, settings: ["--pipelines", "2"]);
        JsonElement view = await UntilPipelinesAsync(cluster, 1, 1);
        string[] expected = await Streams.SaidAsync(Start(cluster.Urls));
        string victim = NodesOf(Pipelines(view)[1])[0];
        await DisturbAsync(cluster, expected, victim, ProcessSignal.Kill);
        await UntilPipelinesAsync(cluster, 1);

        // And the pipeline comes again with the node.
        await cluster.UntilServingAsync(cluster.StartAgain(cluster.Node(victim)));
        await UntilPipelinesAsync(cluster, 1, 1);
        Assert.Equal(expected, await Streams.SaidAsync(Start(cluster.Urls)));
    }

    [SkippableFact]
    public async Task Streams_survive_the_loss_of_a_stage_of_one_of_two_pipelines()
    {
        await using TestCluster cluster = await Postgres.Require.ClusterAsync(4, 2, settings: ["--pipelines", "2"]);
        JsonElement view = await UntilPipelinesAsync(cluster, 2, 2);
        string[] expected = await Streams.SaidAsync(Start(cluster.Urls));
        string victim = NodesOf(Pipelines(view)[1])[1];
        await DisturbAsync(cluster, expected, victim, ProcessSignal.Kill);

        // The rest of the pipeline goes on without it, and the other one keeps its devices.
        await UntilPipelinesAsync(cluster, 2, 1);
    }

    [SkippableFact]
    public async Task A_pipeline_that_is_asked_to_stop_ends_with_its_last_stream()
    {
        await using TestCluster cluster = await Postgres.Require.ClusterAsync(2, 1, settings: ["--pipelines", "2"]);
        JsonElement view = await UntilPipelinesAsync(cluster, 1, 1);
        string[] expected = await Streams.SaidAsync(Start(cluster.Urls));
        string leaver = NodesOf(Pipelines(view)[0])[0];
        await DisturbAsync(cluster, expected, leaver, ProcessSignal.Terminate);
        await cluster.UntilEndedAsync(cluster.Node(leaver));
        Assert.Equal(0, cluster.Node(leaver).ExitCode);
        await UntilPipelinesAsync(cluster, 1);
        Assert.Equal(expected, await Streams.SaidAsync(Start([cluster.UrlExcept(leaver)])));
    }

    /// <summary>Signals a node when all streams, which come through another, are under way, and compares what they say in the end.</summary>
    private static async Task DisturbAsync(TestCluster cluster, string[] expected, string victim, ProcessSignal signal)
    {
        ResumingStream[] streams = Start([cluster.UrlExcept(victim)]);
        await Streams.ReachedAsync(streams);
        cluster.Node(victim).Signal(signal);
        Assert.Equal(expected, await Streams.SaidAsync(streams));
        Assert.All(streams, static stream => Assert.Equal(0, stream.Resumed));
    }

    private static ResumingStream[] Start(string[] urls, int from = 0) => [.. Enumerable.Range(from, Count).Select(number => Streams.Start(urls[number % urls.Length], number))];

    private static JsonElement[] Pipelines(JsonElement view) => [.. view.GetProperty("pipelines").EnumerateArray()];

    private static string[] NodesOf(JsonElement router) => [.. router.GetProperty("stages").EnumerateArray().Select(static stage => stage.GetProperty("node").GetString()!)];

    /// <summary>Waits until there are so many pipelines, each with so many stages.</summary>
    private static Task<JsonElement> UntilPipelinesAsync(TestCluster cluster, params int[] stages) => cluster.UntilAsync(
        view => Pipelines(view).All(static router => router.GetProperty("serves").GetBoolean()) && Pipelines(view).Select(static router => NodesOf(router).Length).OrderDescending().SequenceEqual(stages),
        $"pipelines of {string.Join(" and ", stages)} stages");
}
