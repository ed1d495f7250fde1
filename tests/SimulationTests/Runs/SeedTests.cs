using System.Globalization;
using OrleansInference.Simulation.Running;
using Xunit.Abstractions;

namespace OrleansInference.SimulationTests.Runs;

public sealed class SeedTests(ITestOutputHelper output)
{
    private const int FreshSeeds = 4000; // in each part

    /// <summary>Seeds that once broke an invariant, each for another reason.</summary>
    [Theory]
    [InlineData(33, "devices given up while the router was cut off were never asked again")]
    [InlineData(282, "a session came back on two hosts")]
    [InlineData(604, "sequences that no step had pages for waited for each other")]
    [InlineData(920, "a journal gave up rows between saying that it had them and sending them")]
    [InlineData(2914, "a device could not drain while no plan was in force")]
    [InlineData(24625, "two activations of the router prepared plans of the same epoch")]
    [InlineData(93111, "two activations of the router prepared plans of the same epoch")]
    public void What_failed_once_stays_right(ulong seed, string reason) => Assert.True(SimulationRun.Run(ScenarioGenerator.CreateEarly(seed)).Violation is null, reason);

    [Theory]
    [InlineData(729, "a device that drained while no plan did without it was neither used nor let go")]
    [InlineData(5644, "a spare that a migration had given a stage took over a second one")]
    [InlineData(85685, "a request that came again after its session had ended was kept for what is measured of its prompt")]
    [InlineData(2860420732, "the end that a session had made took the place of the one that was generated")]
    [InlineData(7000148220, "a tenant that had left and came back was held to what others had been served before it left")]
    [InlineData(7000284493, "the run was over before a slow device had loaded what a session without a client waited for")]
    public void What_failed_since_then_stays_right(ulong seed, string reason) => Assert.True(SimulationRun.Run(ScenarioGenerator.CreateBefore(seed)).Violation is null, reason);

    [Theory]
    [InlineData(9100022940, "a session that had ended and was asked for again, late, was held for what a step under way measured of its prompt")]
    [InlineData(177, "a pipeline all of whose devices were to leave let none of them go")]
    [InlineData(215, "a router whose devices had all been lost held up every other allocation")]
    [InlineData(691, "pipelines waited for each other's devices for ever")]
    public void What_failed_lately_stays_right(ulong seed, string reason) => Assert.True(SimulationRun.Run(ScenarioGenerator.CreateWithoutStarving(seed)).Violation is null, reason);

    [Theory]
    [InlineData(2, "storage in memory that stood still put an old version of a session in the place of a new one")]
    [InlineData(704923, "a stage that still knew pages of a layer from some plans before did not prove those of the layer that had just come")]
    [InlineData(649451918, "a router took what a stage knew for what holds of the stage before it, which had computed more steps and was there again")]
    [InlineData(3635797591637659400, "a device that was starved verified pages of a plan that was over, in pages that had come for the next one")]
    [InlineData(1209418453742207070, "a page whose first tokens were computed again, with a shorter sequence that shares it, was not proven any more")]
    [InlineData(7169104, "a device that a migration's pages had not reached said after the next loss that it held them, as the migration's plan is its own base")]
    [InlineData(3648867480665722806, "the end that a client had made was given to its session, which had come back from older storage without it, by a router that knew it from the session alone")]
    [InlineData(31337095653, "a page was computed again in the place of one that was still to be copied beside the pool")]
    [InlineData(9000508, "a step compared the pages that it went on from before it had brought them back")]
    [InlineData(203, "a device that was starved claimed pages of a plan that was over, which those of a migration had been written over")]
    [InlineData(1000000000000019902, "choices that were forked from a prompt whose page was replaced by an equal, corrupted one went on from it without a comparison")]
    [InlineData(5020999, "a corrupted page was copied for a choice that computed its last token again")]
    [InlineData(5027618, "the same, with other choices")]
    [InlineData(5076548, "a router that left handed over sequences that end with pages which were still to be restored")]
    [InlineData(8071552, "the check of owners did not know of pages that were still to be restored, for which there was no step while the verification held the others")]
    public void What_failed_under_starvation_stays_right(ulong seed, string reason) => Assert.True(SimulationRun.Run(ScenarioGenerator.Create(seed)).Violation is null, reason);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Fresh_seeds_break_no_invariant(int part)
    {
        ulong first = Environment.GetEnvironmentVariable("ORLEANS_INFERENCE_SEED") is { Length: > 0 } given
            ? ulong.Parse(given, CultureInfo.InvariantCulture)
            : (ulong)Random.Shared.NextInt64(1, long.MaxValue / 2);
        ulong from = first + (ulong)(part * FreshSeeds), to = from + FreshSeeds - 1;
        output.WriteLine($"ORLEANS_INFERENCE_SEED={first}: seeds {from}..{to}");

        SimulationSummary summary = Simulator.Run(from, to, Environment.ProcessorCount);

        output.WriteLine($"{summary.Events} events, {summary.Faults} faults, {summary.Tokens} tokens, {summary.Migrations} migrations, {summary.SpareSwitches} switches to a spare, {summary.LoadsRefused} refusals for lack of memory");
        Assert.Empty(summary.Violations);
        Assert.Equal(FreshSeeds, summary.Seeds);
    }

    [Fact]
    public void Seeds_come_to_every_rung_of_recovery_and_to_migrations()
    {
        SimulationSummary summary = Simulator.Run(1, 300);
        Assert.All(summary.Recovered, static count => Assert.True(count > 0));
        Assert.True(summary.Migrations > 0);
        Assert.True(summary.Tokens > 0);
    }
}
