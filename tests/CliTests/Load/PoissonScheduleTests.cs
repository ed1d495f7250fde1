using OrleansInference.Bench.Load;

namespace OrleansInference.CliTests.Load;

public sealed class PoissonScheduleTests
{
    private const int Seed = 20;

    [Fact]
    public void Equal_seeds_give_equal_arrivals() => Assert.Equal(Arrivals(5, Seed), Arrivals(5, Seed));

    [Fact]
    public void Arrivals_rise_within_the_duration_at_the_rate_asked_for()
    {
        TimeSpan[] arrivals = Arrivals(100, Seed);
        Assert.Equal(arrivals.Order(), arrivals);
        Assert.All(arrivals, arrival => Assert.InRange(arrival.TotalSeconds, 0, 100));
        Assert.InRange(arrivals.Length, 9_500, 10_500);
    }

    [Fact]
    public void Gaps_are_spread_as_those_of_independent_arrivals()
    {
        TimeSpan[] arrivals = Arrivals(100, Seed);
        double[] gaps = [.. arrivals.Zip(arrivals.Skip(1), (first, second) => (second - first).TotalSeconds * 100)];
        Assert.InRange(gaps.Average(), 0.95, 1.05);
        Assert.InRange(gaps.Count(gap => gap > 1) / (double)gaps.Length, 0.35, 0.39);
        Assert.InRange(gaps.Count(gap => gap > 3) / (double)gaps.Length, 0.04, 0.06);
    }

    private static TimeSpan[] Arrivals(double rate, int seed) => [.. PoissonSchedule.Arrivals(rate, new Random(seed), TimeSpan.FromSeconds(100))];
}
