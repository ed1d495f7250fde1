using OrleansInference.Simulation.Running;
using OrleansInference.Simulation.Scenarios;

namespace OrleansInference.SimulationTests.Runs;

public sealed class ShrinkTests
{
    [Fact]
    public void What_is_left_still_fails_and_needs_every_part()
    {
        Scenario scenario = Enumerable.Range(1, 200).Select(static seed => ScenarioGenerator.Create((ulong)seed, PlantedBug.DirtyPagesNotSent))
            .First(static scenario => SimulationRun.Run(scenario).Violation is not null);

        Scenario shrunk = Shrinker.Shrink(scenario);

        Assert.NotNull(SimulationRun.Run(shrunk).Violation);
        Assert.True(shrunk.Faults.Count + shrunk.Requests.Count < scenario.Faults.Count + scenario.Requests.Count);
        for (int i = 0; i < shrunk.Faults.Count; i++)
        {
            Assert.Null(SimulationRun.Run(shrunk with { Faults = [.. shrunk.Faults.Where((_, index) => index != i)] }).Violation);
        }
    }

    [Fact]
    public void It_is_told_in_words()
    {
        IReadOnlyList<string> lines = Shrinker.Describe(ScenarioGenerator.Create(1, PlantedBug.LostCommit));
        Assert.StartsWith("seed 1:", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("violation: ", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_seed_that_breaks_nothing_has_nothing_to_shrink() => Assert.Empty(Simulator.Shrink(1));
}
