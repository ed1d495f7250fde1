using System.Globalization;
using OrleansInference.Cluster.Programs;
using OrleansInference.ClusterTests.Nodes;
using OrleansInference.Models;
using OrleansInference.Silo.LocalCluster;

namespace OrleansInference.ClusterTests.Joining;

/// <summary>A name belongs to one node at a time, and to its successor when that one is gone.</summary>
public sealed class NameTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(5);

    [SkippableFact]
    public async Task A_name_that_a_living_node_has_is_refused_and_one_of_a_node_that_has_crashed_is_not()
    {
        string siloPort = FreePorts.FindForLater(1)[0].ToString(CultureInfo.InvariantCulture);
        await using TestCluster cluster = await Postgres.Require.ClusterAsync(1, 1, settings: ["--silo-port", siloPort]);

        InferenceException refused = await Assert.ThrowsAsync<InferenceException>(() => cluster.AddNode("--node", "node-1", "--silo-port", "0").Url);
        Assert.Equal(ErrorCode.InvalidOption, refused.Code);
        Assert.Contains($"Node is node-1, the name of the running node at 127.0.0.1:{siloPort} on ", refused.Message, StringComparison.Ordinal);
        Assert.Contains("--node NAME", refused.Message, StringComparison.Ordinal);
        Assert.Equal("node-1", Assert.Single(TestCluster.Names(await cluster.UntilStagesAsync(1))));

        // In place, while nobody has declared the predecessor dead.
        await KillAsync(cluster, cluster.Nodes[0]);
        NodeProcess inPlace = cluster.StartAgain(cluster.Nodes[0]);
        await cluster.UntilServingAsync(inPlace);

        // At another port.
        await KillAsync(cluster, inPlace);
        await cluster.UntilServingAsync(cluster.AddNode("--node", "node-1", "--silo-port", "0"));
        Assert.Equal("node-1", Assert.Single(TestCluster.Names(await cluster.UntilStagesAsync(1))));
    }

    [SkippableFact]
    public async Task Of_two_nodes_of_a_name_that_start_together_one_stays()
    {
        await using TestCluster cluster = await Postgres.Require.ClusterAsync(1, 1);
        NodeProcess[] twins = [cluster.AddNode("--node", "twin"), cluster.AddNode("--node", "twin", "--data-folder", $"{cluster.DataFolder}/2")];
        await Task.WhenAll(twins.Select(static twin => Task.WhenAny(twin.Url, twin.Ended))).WaitAsync(Timeout);
        Assert.Single(twins, static twin => twin.Url.IsCompletedSuccessfully);
        InferenceException refused = await Assert.ThrowsAsync<InferenceException>(() => twins.Single(static twin => twin.Url.IsFaulted).Url);
        Assert.Contains("Node is twin, the name of the running node at 127.0.0.1:", refused.Message, StringComparison.Ordinal);
        await cluster.UntilAsync(static view => TestCluster.Names(view).Order().SequenceEqual(["node-1", "twin"]), "one node of the name");
    }

    private static Task KillAsync(TestCluster cluster, NodeProcess node)
    {
        node.Stop(ProcessSignal.Kill);
        return cluster.UntilEndedAsync(node);
    }
}
