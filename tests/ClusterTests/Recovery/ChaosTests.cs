using System.Globalization;
using OrleansInference.Bench.Chaos;
using OrleansInference.ClusterTests.Nodes;
using OrleansInference.Silo.Settings;
using Xunit.Abstractions;

namespace OrleansInference.ClusterTests.Recovery;

/// <summary>One node after the other, over all roles, under load: every transcript is that of a quiet cluster.</summary>
public sealed class ChaosTests(ITestOutputHelper output)
{
    [SkippableFact]
    public async Task Nothing_is_lost_repeated_or_different_after_many_kills()
    {
        int kills = int.TryParse(Environment.GetEnvironmentVariable("ORLEANS_INFERENCE_KILLS"), CultureInfo.InvariantCulture, out int given) ? given : 6;
        await using TestCluster cluster = await Postgres.Require.ClusterAsync(3, 3, RestartPolicy.OnFailure);
        ChaosReport report = await RunAsync(cluster, new ChaosSettings { Kills = kills, Streams = 8, Stages = 3, Model = "demo" });
        Assert.True(report.Transcripts >= kills, $"{report.Transcripts} transcripts");
    }

    [SkippableFact]
    public async Task Nothing_is_lost_repeated_or_different_when_nodes_stand_still_or_leave_and_join()
    {
        await using TestCluster cluster = await Postgres.Require.ClusterAsync(3, 3, RestartPolicy.Always);
        ChaosSettings settings = new() { Kills = 2, Roles = [NodeRole.Stage, NodeRole.Gateway], Streams = 4, Stages = 3, Model = "demo" };
        ChaosReport frozen = await RunAsync(cluster, settings with { By = DisturbanceKind.Freeze, Frozen = TimeSpan.FromSeconds(3), ClientTimeout = TimeSpan.FromSeconds(1) });
        Assert.All(frozen.Pauses, static pause => Assert.Null(pause.Move));
        ChaosReport moved = await RunAsync(cluster, settings with { By = DisturbanceKind.Drain, Roles = [NodeRole.Stage, NodeRole.Router] });
        Assert.Equal([PlannedMove.Leave, PlannedMove.Join], moved.Pauses.Select(static pause => pause.Move!.Value).Distinct().Order());
    }

    private async Task<ChaosReport> RunAsync(TestCluster cluster, ChaosSettings settings)
    {
        ChaosReport report = await new ChaosDriver(settings, cluster.Urls, output.WriteLine).RunAsync(CancellationToken.None);
        Assert.Null(report.Ended);
        Assert.Empty(report.Failures);
        Assert.Equal(default, report.Difference);
        Assert.Equal(0, report.CorruptedPages);
        Assert.Equal(settings.Kills, report.Kills.Values.Sum());
        return report;
    }
}
