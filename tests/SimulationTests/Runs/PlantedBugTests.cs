using OrleansInference.Simulation.Running;
using OrleansInference.Simulation.Scenarios;
using Xunit.Abstractions;

namespace OrleansInference.SimulationTests.Runs;

/// <summary>The simulator is worth what it finds: each of these defects must be found, and docs/simulator.md lists after how many seeds.</summary>
public sealed class PlantedBugTests(ITestOutputHelper output)
{
    private const ulong MostSeeds = 10_000;

    [Theory]
    [InlineData(nameof(PlantedBug.PageFreedEarly))]
    [InlineData(nameof(PlantedBug.StaleEpochExecuted))]
    [InlineData(nameof(PlantedBug.TokenCommittedTwice))]
    [InlineData(nameof(PlantedBug.LostCommit))]
    [InlineData(nameof(PlantedBug.WrongPageCopied))]
    [InlineData(nameof(PlantedBug.DirtyPagesNotSent))]
    [InlineData(nameof(PlantedBug.DuplicateStepExecuted))]
    [InlineData(nameof(PlantedBug.CancelledPagesKept))]
    [InlineData(nameof(PlantedBug.ResumedAtWrongIndex))]
    [InlineData(nameof(PlantedBug.JournalEntryMissing))]
    [InlineData(nameof(PlantedBug.WrongRowsCopied))]
    [InlineData(nameof(PlantedBug.WrongPageHandedOver))]
    [InlineData(nameof(PlantedBug.WrongPageReported))]
    [InlineData(nameof(PlantedBug.WarmUpOverPages))]
    [InlineData(nameof(PlantedBug.ChecksumsNotCompared))]
    [InlineData(nameof(PlantedBug.LatePageWritten))]
    [InlineData(nameof(PlantedBug.EarlierVersionCounted))]
    [InlineData(nameof(PlantedBug.BaseClaimed))]
    [InlineData(nameof(PlantedBug.ReplayNotComputed))]
    [InlineData(nameof(PlantedBug.LifeComesBack))]
    [InlineData(nameof(PlantedBug.EarlierRouterFollowed))]
    [InlineData(nameof(PlantedBug.GapCommitted))]
    [InlineData(nameof(PlantedBug.OldSessionKept))]
    [InlineData(nameof(PlantedBug.OldPlanKept))]
    [InlineData(nameof(PlantedBug.HostPageNotWritten))]
    public void A_planted_bug_is_found(string name)
    {
        PlantedBug bug = Enum.Parse<PlantedBug>(name);
        for (ulong seed = 1; seed <= MostSeeds; seed++)
        {
            if (SimulationRun.Run(ScenarioGenerator.Create(seed, bug)).Violation is { } violation)
            {
                output.WriteLine($"{bug}: seed {seed}: {violation}");
                return;
            }
        }

        Assert.Fail($"{bug} was not found in {MostSeeds} seeds.");
    }
}
