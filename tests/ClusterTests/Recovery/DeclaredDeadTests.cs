using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansInference.Bench.Chaos;
using OrleansInference.Cluster.Programs;
using OrleansInference.ClusterTests.Nodes;
using OrleansInference.ClusterTests.Postgres;
using OrleansInference.Silo.Failures;
using OrleansInference.Silo.LocalCluster;
using OrleansInference.Silo.Settings;
using OrleansInference.Silo.Storage;

namespace OrleansInference.ClusterTests.Recovery;

/// <summary>A node that the membership has as dead although it lives.</summary>
public sealed class DeclaredDeadTests
{
    private const int Count = 4;

    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(5);

    [SkippableFact]
    public async Task A_node_that_was_declared_dead_is_restarted_and_its_streams_continue_elsewhere()
    {
        await using TestCluster cluster = await Require.ClusterAsync(2, 2, RestartPolicy.OnFailure);
        string[] urls = cluster.Urls;
        string[] expected = await Streams.SaidAsync(Enumerable.Range(0, Count).Select(number => Streams.Start(urls[1], number)));
        NodeProcess node = cluster.Node("node-1");
        long start = Stopwatch.GetTimestamp();
        bool declared = false;
        do
        {
            // The node reads that it is dead up to two seconds later: streams are under way whenever it does.
            ResumingStream[] streams = [.. Enumerable.Range(0, Count).Select(number => Streams.Start(urls, number))];
            await Streams.ReachedAsync(streams);
            if (!declared)
            {
                await DeclareDeadAsync(cluster, node.Name);
                declared = true;
            }

            Assert.Equal(expected, await Streams.SaidAsync(streams));
        }
        while (node.ExitCode == ExitCode.Success && Stopwatch.GetElapsedTime(start) < Timeout);
        Assert.Equal(ExitCode.StartAgain, node.ExitCode);
        await cluster.UntilStagesAsync(2);
        Assert.False(cluster.Node("node-2").Ended.IsCompleted);
    }

    [SkippableFact]
    public async Task A_node_that_was_declared_dead_logs_one_line()
    {
        await using TestCluster cluster = await Require.ClusterAsync(1, null);
        string port = FreePorts.FindForLater(1)[0].ToString(CultureInfo.InvariantCulture);
        ProcessStartInfo start = new(
            "dotnet", [typeof(NodeExit).Assembly.Location, .. cluster.ArgumentsOf("node-2", int.Parse(port, CultureInfo.InvariantCulture))])
        { RedirectStandardError = true, RedirectStandardOutput = true };
        using Process node = Process.Start(start)!;
        try
        {
            Task<string> errors = node.StandardError.ReadToEndAsync();
            string? announced;
            do
            {
                announced = await node.StandardOutput.ReadLineAsync().WaitAsync(Timeout);
            }
            while (announced?.Contains("serves", StringComparison.Ordinal) == false);
            Assert.NotNull(announced);
            await DeclareDeadAsync(cluster, "node-2");
            await node.WaitForExitAsync().WaitAsync(Timeout);
            Assert.Equal(ExitCode.StartAgain, node.ExitCode);
            string line = Assert.Single((await errors).Split('\n', StringSplitOptions.RemoveEmptyEntries), static line => !line.Contains(" info ", StringComparison.Ordinal));
            Assert.EndsWith("Node node-2 ends with exit code 75, to be started again: the cluster has declared it dead.", line, StringComparison.Ordinal);
        }
        finally
        {
            node.Kill();
        }
    }

    private static async Task DeclareDeadAsync(TestCluster cluster, string name)
    {
        await using PostgresClusterStore store = await PostgresClusterStore.OpenAsync(
            new PostgresOptions { ConnectionString = cluster.Postgres.ConnectionString, ClusterId = "test" }, NullLogger.Instance);
        int port = (int)(await PostgresFixture.ExecuteAsync(
            cluster.Postgres.ConnectionString, $"SELECT Port FROM inference.OrleansMembershipTable WHERE SiloName = '{name}' AND Status = 3"))!;
        Assert.True(await store.Members.DeclareDeadAsync((await store.Members.ActiveAsync()).Single(silo => silo.Endpoint.Port == port)));
    }
}
