using System.Globalization;
using OrleansInference.Cli.Chaos;
using OrleansInference.Cluster.Nodes;
using Xunit.Abstractions;

namespace OrleansInference.Cluster.Recovery;

/// <summary>Kill after kill, over all roles, under load: every transcript is that of a quiet cluster.</summary>
public sealed class ChaosTests(ITestOutputHelper output)
{
    [SkippableFact]
    public async Task Nothing_is_lost_repeated_or_different_after_many_kills()
    {
        int kills = int.TryParse(Environment.GetEnvironmentVariable("ORLEANS_INFERENCE_KILLS"), CultureInfo.InvariantCulture, out int given) ? given : 6;
        await using TestCluster cluster = await Postgres.Require.ClusterAsync(3, 3, supervised: true);
        ChaosSettings settings = new() { Kills = kills, Streams = 8, Stages = 3, Model = "demo" };
        ChaosReport report = await new ChaosDriver(settings, cluster.Urls, output.WriteLine).RunAsync(CancellationToken.None);
        Assert.Null(report.Ended);
        Assert.Empty(report.Failures);
        Assert.Equal(default, report.Difference);
        Assert.Equal(kills, report.Kills.Values.Sum());
        Assert.True(report.Transcripts >= kills, $"{report.Transcripts} transcripts");
    }
}
