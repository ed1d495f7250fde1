using System.Globalization;
using OrleansInference.ClusterTests.Nodes;
using OrleansInference.ClusterTests.Postgres;
using OrleansInference.Silo.LocalCluster;
using Xunit.Abstractions;

namespace OrleansInference.ClusterTests.Recovery;

/// <summary>Nodes that get no time while they start, as on a machine that has too much to do.</summary>
public sealed class StandingStillTests(ITestOutputHelper output)
{
    private const int Joining = 2;
    private const int Active = 3;

    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(5);

    [SkippableTheory]
    [InlineData(Joining)]
    [InlineData(Active)]
    public async Task A_node_that_stands_still_for_three_seconds_while_it_joins_takes_part(int status)
    {
        await using TestCluster cluster = await Postgres.Require.ClusterAsync(1, null);
        NodeProcess node = cluster.AddNode();
        await UntilAsync(cluster, $"Status >= {status} FROM inference.OrleansMembershipTable WHERE SiloName = 'node-2'", $"node-2 to be of status {status}");
        node.Signal(ProcessSignal.Stop);
        string since = (string)(await PostgresFixture.ExecuteAsync(cluster.Postgres.ConnectionString, "SELECT now()::text"))!;
        await UntilAsync(cluster, $"max(IAmAliveTime) > '{since}'::timestamptz + interval '3 seconds' FROM inference.OrleansMembershipTable WHERE SiloName = 'node-1'", "three seconds of node-1's life");
        node.Signal(ProcessSignal.Continue);
        output.WriteLine($"It serves at {await node.Url.WaitAsync(Timeout)}.");
        await cluster.UntilStagesAsync(2);
        Assert.All(cluster.Nodes, static node => Assert.False(node.Ended.IsCompleted));
        Assert.Equal(0L, await PostgresFixture.ExecuteAsync(cluster.Postgres.ConnectionString, "SELECT count(*) FROM inference.OrleansMembershipTable WHERE Status = 6"));
    }

    /// <summary>Waits until a condition that a row has to have holds in the database.</summary>
    private static async Task UntilAsync(TestCluster cluster, string condition, string what)
    {
        DateTime end = DateTime.UtcNow + Timeout;
        while (await PostgresFixture.ExecuteAsync(cluster.Postgres.ConnectionString, $"SELECT {condition}") is not true)
        {
            Assert.True(DateTime.UtcNow < end, string.Create(CultureInfo.InvariantCulture, $"Waited {Timeout} for {what}."));
            await Task.Delay(TimeSpan.FromMilliseconds(10));
        }
    }
}
