using System.Globalization;
using Xunit.Abstractions;

namespace OrleansInference.ClusterTests.Views;

/// <summary>Random histories of a fleet and its directory: changes, joins and losses of nodes, messages that are late, overtake each other or are lost, and activations of the directory that follow and overlap each other.</summary>
public sealed class ExchangeHistoryTests(ITestOutputHelper output)
{
    private const int Histories = 1500;
    private const int Events = 300;

    [Fact]
    public void When_all_is_quiet_every_view_is_the_directorys_and_nothing_more_is_sent()
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("ORLEANS_INFERENCE_SEED"), CultureInfo.InvariantCulture, out int given) ? given : Random.Shared.Next();
        output.WriteLine($"ORLEANS_INFERENCE_SEED={seed}");
        Random random = new(seed);
        for (int history = 0; history < Histories; history++)
        {
            SimulatedFleet fleet = new(random);
            for (int step = 0; step < Events; step++)
            {
                fleet.Act();
            }

            fleet.Settle();
            string? difference = fleet.FindDifference();
            Assert.True(difference is null, $"ORLEANS_INFERENCE_SEED={seed}, history {history}: {difference}");
        }
    }
}
