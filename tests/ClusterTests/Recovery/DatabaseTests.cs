using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Npgsql;
using OrleansInference.Bench.Chaos;
using OrleansInference.ClusterTests.Nodes;
using OrleansInference.ClusterTests.Postgres;
using OrleansInference.Silo.LocalCluster;
using Xunit.Abstractions;

namespace OrleansInference.ClusterTests.Recovery;

/// <summary>A database that stands still, or is away: streams that have begun do not need it, those that begin wait for it, and nobody is judged meanwhile.</summary>
public sealed class DatabaseTests(ITestOutputHelper output)
{
    private const string OutageVariable = "ORLEANS_INFERENCE_OUTAGE_SECONDS"; // for outages that are too long for every run
    private const int Count = 4;
    private const int Batches = 10; // of streams that begin while the disk is full

    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(int.Parse(Environment.GetEnvironmentVariable(OutageVariable) ?? "5", CultureInfo.InvariantCulture));

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

        await AllSayAsync(expected, waiting, Stopwatch.GetTimestamp());
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
        long back = Stopwatch.GetTimestamp();
        Assert.Equal(expected, await Streams.SaidAsync(streams));
        await AllSayAsync(expected, waiting, back);
        await cluster.UntilStagesAsync(2);
        Assert.All(cluster.Nodes, node => Assert.Equal(node.Name == victim, node.Ended.IsCompleted));
        Assert.Equal(1L, await DeadAsync(cluster));
    }

    [SkippableFact]
    public async Task Streams_go_on_while_the_disk_of_PostgreSQL_is_full_and_those_that_begin_wait_for_room()
    {
        using SmallDisk disk = SmallDisk.Mount(megabytes: 128);
        await using TestCluster cluster = await Require.ClusterAsync(3, 3, disk);
        string[] urls = cluster.Urls;
        string[] expected = await Streams.SaidAsync(Start(urls));
        ResumingStream[] running = Start(urls);
        await Streams.ReachedAsync(running);
        List<ResumingStream> begun = [];

        // One is due five minutes after the last, also where the server waited for the turn of its nodes; on a full disk it may end the server.
        await PostgresFixture.ExecuteAsync(cluster.Postgres.ConnectionString, "CHECKPOINT");
        using (disk.Fill())
        {
            // Enough streams that what they leave in the database fills the pages that it has.
            for (int batch = 0; batch < Batches; batch++)
            {
                begun.AddRange(Start(urls));
                await Task.Delay(Outage / Batches);
            }

            PostgresException refusal = await Assert.ThrowsAsync<PostgresException>(
                () => PostgresFixture.ExecuteAsync(cluster.Postgres.ConnectionString, "CREATE TABLE large AS SELECT repeat('x', 100) FROM generate_series(1, 100000)"));
            Assert.Equal(PostgresErrorCodes.DiskFull, refusal.SqlState);
            Assert.Equal(expected, await Streams.SaidAsync(running));
        }

        long back = Stopwatch.GetTimestamp();
        foreach (ResumingStream[] batch in begun.Chunk(Count))
        {
            await AllSayAsync(expected, batch, back);
        }

        Assert.All([.. running, .. begun], static stream => Assert.Equal(0, stream.Resumed));
        Assert.All(cluster.Nodes, static node => Assert.False(node.Ended.IsCompleted));
        Assert.Equal(0L, await DeadAsync(cluster));
    }

    /// <summary>Waits for streams, and prints how long they took from the moment when the database was back.</summary>
    private async Task AllSayAsync(string[] expected, ResumingStream[] waiting, long back)
    {
        Assert.Equal(expected, await Streams.SaidAsync(waiting));
        output.WriteLine($"{Outage.TotalSeconds} s away; first tokens after {string.Join(", ", waiting.Select(stream => Seconds(back, stream.Tokens()[0].Moment)))} s, all after {Seconds(back, Stopwatch.GetTimestamp())} s");
    }

    private static string Seconds(long from, long to) => Stopwatch.GetElapsedTime(from, to).TotalSeconds.ToString("F2", CultureInfo.InvariantCulture);

    private static ResumingStream[] Start(string[] urls) => [.. Enumerable.Range(0, Count).Select(number => Streams.Start([urls[number % urls.Length]], number, patience: Outage + Timeout))];

    private static async Task<object?> DeadAsync(TestCluster cluster) =>
        await PostgresFixture.ExecuteAsync(cluster.Postgres.ConnectionString, "SELECT count(*) FROM inference.OrleansMembershipTable WHERE Status = 6");
}
