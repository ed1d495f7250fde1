using System.Text.Json;
using OrleansInference.ClusterTests.Nodes;
using OrleansInference.ClusterTests.Postgres;
using OrleansInference.Silo.LocalCluster;

namespace OrleansInference.ClusterTests.Doors;

/// <summary>A plan that has to be saved while PostgreSQL is away: the log says so when that begins and when it ends, and the plan comes.</summary>
public sealed class PlanStoreOutageTests
{
    private const string Begins = "The plan store does not answer";
    private const string Ends = "The plan store answers again";

    [SkippableFact]
    public async Task An_outage_of_the_database_is_two_lines_and_the_plan_is_saved_when_it_is_back()
    {
        await using TestCluster cluster = await Require.ClusterAsync(3, 3);
        JsonElement view = await cluster.UntilStagesAsync(3);
        string router = TestCluster.RouterNode(view);
        NodeProcess victim = cluster.Nodes.First(node => node.Name != router);
        await cluster.Postgres.StopAsync(crash: true);
        victim.Stop(ProcessSignal.Kill);
        await cluster.UntilLoggedAsync(router, Begins); // the lost node may have been the directory's, which does not come back without the database
        await cluster.Postgres.StartAsync();
        await cluster.UntilStagesAsync(2);
        await cluster.UntilLoggedAsync(router, Ends);
        Assert.Equal((1, 1), (cluster.Said(router, Begins), cluster.Said(router, Ends)));
    }
}
