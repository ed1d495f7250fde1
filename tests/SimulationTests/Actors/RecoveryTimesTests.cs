using OrleansInference.Cluster.Protocol;

namespace OrleansInference.SimulationTests.Actors;

public sealed class RecoveryTimesTests
{
    [Fact]
    public void Times_of_recoveries_add_up_part_by_part()
    {
        RecoveryTimes first = new(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(300), TimeSpan.FromMilliseconds(4000));
        Assert.Equal(new RecoveryTimes(first.Plan * 2, first.Load * 2, first.Replay * 2, first.InlineRecompute * 2), first + first);
    }
}
