using OrleansInference.Grains.Directory;
using OrleansInference.Grains.Nodes;

namespace OrleansInference.ClusterTests.Nodes;

public sealed class CorruptedPageCountsTests
{
    private readonly CorruptedPageCounts _counts = new();

    [Fact]
    public void Each_increase_is_reported_once()
    {
        Assert.Empty(_counts.Update([Device(1, 0), Device(2, 0)]));
        Assert.Equal([(2, 3)], _counts.Update([Device(1, 0), Device(2, 3)]));
        Assert.Empty(_counts.Update([Device(1, 0), Device(2, 3)]));
        Assert.Equal([(1, 1), (2, 2)], _counts.Update([Device(1, 1), Device(2, 5)]));
    }

    private static DeviceState Device(int number, long corrupted) =>
        new() { Number = number, MemoryBytes = 0, ReadBandwidth = 0, ArithmeticRate = 0, Pages = 0, StepTokens = 0, CorruptedPages = corrupted };
}
