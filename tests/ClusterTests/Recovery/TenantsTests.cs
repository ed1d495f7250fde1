using OrleansInference.Bench.Tenants;
using OrleansInference.ClusterTests.Nodes;
using OrleansInference.Silo.Settings;
using Xunit.Abstractions;

namespace OrleansInference.ClusterTests.Recovery;

/// <summary>Conversations of several tenants while nodes are killed and clients drop their connections: every transcript is that of a quiet cluster, and every token is billed once, to its key.</summary>
public sealed class TenantsTests(ITestOutputHelper output)
{
    [SkippableFact]
    public async Task Every_conversation_is_exact_and_billed_once_whatever_becomes_of_nodes_and_connections()
    {
        await using TestCluster cluster = await Postgres.Require.ClusterAsync(2, 2, RestartPolicy.OnFailure);
        TenantsSettings settings = new() { Tenants = 2, Conversations = 10, Scripts = 8, Duration = TimeSpan.Zero, Kills = 2, Between = TimeSpan.Zero, Stages = 2, GenerateTokens = 40, Model = "demo", DropPercent = 50 };
        TenantsReport report = await new TenantsDriver(settings, cluster.Urls, output.WriteLine).RunAsync(CancellationToken.None);
        output.WriteLine(TenantsOutput.Describe(report).ToJsonString());
        Assert.Null(report.Ended);
        Assert.Equal((0, 0, 0), (report.Different, report.Failed, report.Unanswered));
        Assert.Empty(report.Mismatches);
        Assert.Equal(report.Emitted, report.Billed);
        Assert.Equal(2, report.NodeKills);
        Assert.True(report.Conversations >= settings.Conversations && report.Answers >= settings.Turns * settings.Conversations && report.ConnectionKills > 0, report.ToString());
    }
}
