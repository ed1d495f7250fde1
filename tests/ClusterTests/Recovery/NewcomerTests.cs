using OrleansInference.ClusterTests.Nodes;
using OrleansInference.ClusterTests.Postgres;
using OrleansInference.Silo.LocalCluster;

namespace OrleansInference.ClusterTests.Recovery;

/// <summary>Nodes that share a database and cannot reach each other.</summary>
public sealed class NewcomerTests
{
    private const int Count = 3;

    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(5);

    [SkippableFact]
    public async Task A_newcomer_that_cannot_reach_a_healthy_node_ends_nobody_and_is_not_ended()
    {
        await using TestNetwork network = await TestNetwork.CreateAsync(2);
        await using TestCluster cluster = await Require.ClusterAsync(1, 1, network);
        string url = cluster.Urls[0];
        string[] expected = await SaidAsync(url);

        // Where the newcomer is, the address of the other node is its own: its ports refuse.
        await network.ShadowAsync(2, 1);
        NodeProcess newcomer = cluster.AddNode();

        // It has had time to look many times, and the other to probe it.
        const string Tries = "SELECT max(IAmAliveTime - StartTime) > interval '10 seconds' FROM inference.OrleansMembershipTable WHERE SiloName = 'node-2' AND Status = 2";
        DateTime end = DateTime.UtcNow + Timeout;
        while (await PostgresFixture.ExecuteAsync(cluster.Postgres.ConnectionString, Tries) is not true)
        {
            Assert.True(DateTime.UtcNow < end, $"Waited {Timeout} for the newcomer to try to join for ten seconds.");
            await Task.Delay(TimeSpan.FromMilliseconds(50));
        }

        Assert.Equal(expected, await SaidAsync(url));
        Assert.False(newcomer.Url.IsCompleted);
        Assert.Equal(1L, await CountAsync(cluster, "Status = 3"));
        Assert.Equal(0L, await CountAsync(cluster, "Status = 6"));
        Assert.All(cluster.Nodes, static node => Assert.False(node.Ended.IsCompleted));

        await network.UnshadowAsync(2, 1);
        await cluster.UntilServingAsync(newcomer);
        Assert.Equal(expected, await SaidAsync(url));
        Assert.Equal(2L, await CountAsync(cluster, "Status = 3"));
    }

    private static Task<string[]> SaidAsync(string url) => Streams.SaidAsync(Enumerable.Range(0, Count).Select(number => Streams.Start(url, number)));

    private static Task<object?> CountAsync(TestCluster cluster, string condition) =>
        PostgresFixture.ExecuteAsync(cluster.Postgres.ConnectionString, $"SELECT count(*) FROM inference.OrleansMembershipTable WHERE {condition}");
}
