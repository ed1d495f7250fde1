using OrleansInference.Simulation.Scenarios;
using OrleansInference.Simulation.Running;

namespace OrleansInference.SimulationTests.Runs;

public sealed class ReplayTests
{
    [Theory]
    [InlineData(4)]
    [InlineData(282)]
    [InlineData(972)]
    public void A_seed_replays_exactly(ulong seed)
    {
        SimulationResult once = SimulationRun.Run(ScenarioGenerator.Create(seed), keepsTrace: true);
        SimulationResult again = SimulationRun.Run(ScenarioGenerator.Create(seed), keepsTrace: true);
        Assert.Equal(once.Trace, again.Trace);
        Assert.Equal(once.Digest, again.Digest);
        Assert.Equal(once.Events, again.Events);
    }

    [Fact]
    public void Reading_along_changes_nothing()
    {
        for (ulong seed = 1; seed <= 20; seed++)
        {
            Assert.Equal(SimulationRun.Run(ScenarioGenerator.Create(seed)).Digest, SimulationRun.Run(ScenarioGenerator.Create(seed), keepsTrace: true).Digest);
        }
    }

    [Fact]
    public void Seeds_go_different_ways()
    {
        HashSet<ulong> digests = [.. Enumerable.Range(1, 50).Select(static seed => SimulationRun.Run(ScenarioGenerator.Create((ulong)seed)).Digest)];
        Assert.Equal(50, digests.Count);
    }

    [Fact]
    public void Ranges_on_several_threads_come_to_the_same()
    {
        SimulationSummary one = Simulator.Run(1, 60);
        SimulationSummary three = Simulator.Run(1, 60, threads: 3);
        Assert.Equal((one.Seeds, one.Events, one.Faults, one.Tokens, one.Time), (three.Seeds, three.Events, three.Faults, three.Tokens, three.Time));
    }

    [Fact]
    public void A_traces_last_line_names_the_violation()
    {
        SimulationResult result = SimulationRun.Run(ScenarioGenerator.Create(1, PlantedBug.LostCommit), keepsTrace: true);
        Assert.NotNull(result.Violation);
        Assert.EndsWith(result.Violation, result.Trace[^1], StringComparison.Ordinal);
    }
}
