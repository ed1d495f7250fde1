using System.Text.Json;
using OrleansInference.Bench.Chaos;
using OrleansInference.Cli.Cluster;

namespace OrleansInference.CliTests.Chaos;

public sealed class ChaosOutputTests
{
    [Fact]
    public void What_is_not_computing_of_lost_pages_is_distinguished_for_each_role()
    {
        JsonElement report = Written(DisturbanceKind.Kill);
        JsonElement stage = report.GetProperty("pause_beyond_replay_ms_by_role").GetProperty("stage");
        Assert.Equal((300, 2), (stage.GetProperty("most").GetDouble(), stage.GetProperty("count").GetInt32()));
        Assert.Equal(1000, report.GetProperty("pause_ms").GetProperty("most").GetDouble());
        Assert.Equal(350, report.GetProperty("recovery_ms").GetProperty("computing").GetDouble());
        Assert.Equal(300, report.GetProperty("recovery_ms").GetProperty("inline_recompute").GetDouble());
    }

    [Fact]
    public void Planned_moves_compute_nothing_again() => Assert.False(Written(DisturbanceKind.Drain).TryGetProperty("pause_beyond_replay_ms_by_role", out _));

    private static JsonElement Written(DisturbanceKind by)
    {
        ChaosReport report = new()
        {
            By = by,
            Streams = 2,
            Kills = new Dictionary<NodeRole, int> { [NodeRole.Stage] = 2 },
            Failures = [],
            Pauses = [new StreamPause(NodeRole.Stage, 1000) { BeyondReplay = 300 }, new StreamPause(NodeRole.Stage, 200)],
            Nodes = [new DisturbedNode(0, null, 1, true) { ReplayMilliseconds = 700 }, new DisturbedNode(2, null, 3, true)],
            Recoveries = 2,
            Recovered = new RecoveredStatus(1, 1, 0),
            Parts = new RecoveryParts(20, 40, 1000, 600),
        };
        return JsonDocument.Parse(ChaosOutput.Describe(report).ToJsonString()).RootElement;
    }
}
