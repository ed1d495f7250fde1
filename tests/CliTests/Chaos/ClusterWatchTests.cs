using System.Text.Json.Nodes;
using OrleansInference.Bench.Chaos;
using OrleansInference.CliTests.Cluster;

namespace OrleansInference.CliTests.Chaos;

public sealed class ClusterWatchTests
{
    [Fact]
    public async Task Pages_are_counted_over_the_lives_of_routers_and_devices()
    {
        JsonObject[] statuses = [Status(activation: 3, verified: 10, unproven: 1, device: 10, corrupted: 2), Status(activation: 3, verified: 7, unproven: 0, device: 10, corrupted: 1), Status(activation: 4, verified: 5, unproven: 2, device: 21, corrupted: 4)];
        await using ScriptedCluster cluster = await ScriptedCluster.StartAsync(statuses: statuses);
        using ClusterWatch watch = new([cluster.Url], stages: 2, pipelines: 1);
        foreach (JsonObject _ in statuses)
        {
            Assert.Single(await watch.AskAsync());
        }

        Assert.Equal((10 + 5, 1 + 2, 2 + 4), (watch.VerifiedPages, watch.UnprovenPages, watch.CorruptedPages));
    }

    [Fact]
    public async Task A_cluster_of_an_earlier_version_counts_no_pages()
    {
        await using ScriptedCluster cluster = await ScriptedCluster.StartAsync(statuses: ScriptedCluster.Status());
        using ClusterWatch watch = new([cluster.Url], stages: 2, pipelines: 1);
        await watch.AskAsync();
        Assert.Equal((0, 0, 0), (watch.VerifiedPages, watch.UnprovenPages, watch.CorruptedPages));
    }

    private static JsonObject Status(int activation, long verified, long unproven, int device, long corrupted)
    {
        JsonObject status = ScriptedCluster.Status(secondThere: false);
        status["router"]!["activation"] = activation;
        status["router"]!["verified_pages"] = verified;
        status["router"]!["unproven_pages"] = unproven;
        status["nodes"]![0]!["devices"]![0]!["number"] = device;
        status["nodes"]![0]!["devices"]![0]!["corrupted_pages"] = corrupted;
        return status;
    }
}
