using System.Text.Json;
using OrleansInference.Cli.Chaos;
using OrleansInference.Cluster.Nodes;
using OrleansInference.Cluster.Postgres;
using OrleansInference.Silo.LocalCluster;

namespace OrleansInference.Cluster.Recovery;

/// <summary>A database that stands still, or is away: streams that have begun do not need it, those that begin wait for it, and nobody is judged meanwhile.</summary>
public sealed class DatabaseTests
{
    private const int Count = 4;

    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(5);

    [SkippableFact]
    public async Task Streams_go_on_while_PostgreSQL_stands_still_and_those_that_begin_wait_for_it()
    {
        await using TestCluster cluster = await Require.ClusterAsync(3, 3);
        string[] urls = cluster.Urls;
        string[] expected = await Streams.SaidAsync(Start(urls));
        ResumingStream[] running = Start(urls);
        await Streams.ReachedAsync(running);
        ResumingStream[] waiting;
        await using (await FrozenPostgres.FreezeAsync(cluster.Postgres.ConnectionString))
        {
            waiting = Start(urls);
            await Task.Delay(Outage);
            Assert.Equal(expected, await Streams.SaidAsync(running));
        }

        Assert.Equal(expected, await Streams.SaidAsync(waiting));
        Assert.All([.. running, .. waiting], static stream => Assert.Equal(0, stream.Resumed));
        Assert.All(cluster.Nodes, static node => Assert.False(node.Ended.IsCompleted));
        Assert.Equal(0L, await DeadAsync(cluster));
    }

    [SkippableFact]
    public async Task Streams_survive_a_node_that_is_lost_while_PostgreSQL_refuses_connections()
    {
        await using TestCluster cluster = await Require.ClusterAsync(3, 3);
        JsonElement view = await cluster.UntilStagesAsync(3);
        string victim = TestCluster.RouterNode(view);
        string[] others = [.. cluster.Nodes.Where(node => node.Name != victim).Select(static node => node.Url.Result)];
        string[] expected = await Streams.SaidAsync(Start(others));
        ResumingStream[] streams = Start(others);
        await Streams.ReachedAsync(streams);
        await cluster.Postgres.StopAsync(crash: true);
        cluster.Node(victim).Stop(ProcessSignal.Kill);
        await cluster.Node(victim).Ended;
        ResumingStream[] waiting = Start(others);
        await Task.Delay(Outage);
        await cluster.Postgres.StartAsync();
        Assert.Equal(expected, await Streams.SaidAsync(streams));
        Assert.Equal(expected, await Streams.SaidAsync(waiting));
        await cluster.UntilStagesAsync(2);
        Assert.All(cluster.Nodes, node => Assert.Equal(node.Name == victim, node.Ended.IsCompleted));
        Assert.Equal(1L, await DeadAsync(cluster));
    }

    private static ResumingStream[] Start(string[] urls) => [.. Enumerable.Range(0, Count).Select(number => Streams.Start(urls[number % urls.Length], number))];

    private static async Task<object?> DeadAsync(TestCluster cluster) =>
        await PostgresFixture.ExecuteAsync(cluster.Postgres.ConnectionString, "SELECT count(*) FROM inference.OrleansMembershipTable WHERE Status = 6");
}
