using OrleansInference.Compute.Measurement;

namespace OrleansInference.Unit.Compute.Measurement;

public sealed class FairPartTests
{
    [Theory]
    [InlineData(2, 8, 2, 0.2)]
    [InlineData(1, 8, 2, 2.0 / 9)]
    [InlineData(2, 0, 2, 1)]
    [InlineData(1, 1, 2, 1)] // a core for each
    [InlineData(4, 4, 16, 1)]
    [InlineData(4, 4, 2, 0.5)] // threads that shared the cores among themselves before
    public void Every_thread_that_has_work_gets_the_same_part_of_the_cores(int threads, int loops, int cores, double expected) =>
        Assert.Equal(expected, FairPart.Of(threads, loops, cores), 1e-12);

    [Fact]
    public void Half_of_the_fair_part_is_half_of_what_is_fair_of_the_rate_alone() =>
        Assert.Equal(0.5, new BesideFigures(1000, 100, 0.2).ShareOfFairPart, 1e-12);
}
