using OrleansInference.Simulation.Running;
using OrleansInference.Simulation.Scenarios;

namespace OrleansInference.SimulationTests.Runs;

public sealed class WireTests
{
    [Fact]
    public void The_wire_form_changes_nothing()
    {
        for (ulong seed = 1; seed <= 150; seed++)
        {
            Scenario scenario = ScenarioGenerator.Create(seed);
            SimulationResult asTheyAre = SimulationRun.Run(scenario with { Wire = false });
            SimulationResult inBytes = SimulationRun.Run(scenario with { Wire = true });
            Assert.True(inBytes.Violation is null, $"seed {seed}: {inBytes.Violation}");
            Assert.True(asTheyAre.Digest == inBytes.Digest && asTheyAre.Events == inBytes.Events, $"seed {seed} goes another way in bytes");
        }
    }

    [Fact]
    public void Seeds_go_both_ways() =>
        Assert.Equal(2, Enumerable.Range(1, 50).Select(static seed => ScenarioGenerator.Create((ulong)seed).Wire).Distinct().Count());
}
