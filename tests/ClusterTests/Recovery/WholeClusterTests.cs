using OrleansInference.Bench.Chaos;
using OrleansInference.ClusterTests.Nodes;
using OrleansInference.Silo.LocalCluster;
using OrleansInference.Silo.Settings;
using Xunit.Abstractions;

namespace OrleansInference.ClusterTests.Recovery;

/// <summary>What befalls every node: at once, or one after the other.</summary>
public sealed class WholeClusterTests(ITestOutputHelper output)
{
    private const int Count = 6;

    [SkippableFact]
    public async Task Unfinished_streams_go_on_after_the_loss_of_all_silos_at_once()
    {
        await using TestCluster cluster = await Postgres.Require.ClusterAsync(3, 3, RestartPolicy.OnFailure);
        string[] urls = cluster.Urls;
        string[] expected = await Streams.SaidAsync(Enumerable.Range(0, Count).Select(number => Streams.Start(urls[number % urls.Length], number)));
        ResumingStream[] streams = [.. Enumerable.Range(0, Count).Select(number => Streams.Start([.. urls.Skip(number % 3), .. urls.Take(number % 3)], number))];
        await Streams.ReachedAsync(streams);
        foreach (NodeProcess node in cluster.Nodes)
        {
            node.Signal(ProcessSignal.Kill);
        }

        int[] had = [.. streams.Select(static stream => stream.Tokens().Length)];
        output.WriteLine($"All nodes were killed when the streams had {string.Join(", ", had)} tokens.");
        Assert.Equal(expected, await Streams.SaidAsync(streams));
        Assert.All(streams, static stream => Assert.NotEqual(0, stream.Resumed));
        await cluster.UntilStagesAsync(3);
    }

    [SkippableFact]
    public async Task A_rolling_restart_of_all_nodes_under_load_fails_no_request()
    {
        await using TestCluster cluster = await Postgres.Require.ClusterAsync(3, 3);
        ChaosSettings settings = new() { Kills = 0, Streams = 8, Stages = 3, Model = "demo" };
        ChaosLoad load = new(settings, cluster.Urls) { Say = output.WriteLine };
        await load.RecordAsync(CancellationToken.None);
        Task running = load.RunAsync(CancellationToken.None);
        foreach (NodeProcess node in cluster.Nodes.ToArray())
        {
            node.Stop(ProcessSignal.Terminate);
            await cluster.UntilEndedAsync(node);
            Assert.Equal(0, node.ExitCode);
            await cluster.UntilServingAsync(cluster.StartAgain(node));
            await cluster.UntilStagesAsync(3);
            output.WriteLine($"{node.Name} was restarted.");
        }

        load.Stop();
        await running;
        ChaosReport report = load.Complete(new ChaosReport { Streams = 8, Kills = new Dictionary<NodeRole, int>(), Failures = [], Pauses = [], Nodes = [], Recovered = new(0, 0, 0) });
        output.WriteLine($"{report.Transcripts} transcripts, {report.Tokens} tokens, {report.Resumed} times a client went to another node.");
        Assert.Empty(report.Failures);
        Assert.Equal(default, report.Difference);
        Assert.True(report.Transcripts > 8, "Requests were served all the while.");
    }
}
