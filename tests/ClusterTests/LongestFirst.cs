using OrleansInference.ClusterTests.Recovery;
using Xunit.Abstractions;

// Tests wait more than they compute: more of them run at a time than there are cores.
[assembly: CollectionBehavior(MaxParallelThreads = 4)]
[assembly: TestCollectionOrderer("OrleansInference.ClusterTests.LongestFirst", "OrleansInference.ClusterTests")]

namespace OrleansInference.ClusterTests;

/// <summary>Starts the classes that take longest first, so that none of them runs alone in the end.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly Type[] Longest =
    [
        typeof(SurvivalTests), typeof(ChaosTests), typeof(GoneMachineTests), typeof(PipelinesTests), typeof(WholeClusterTests), typeof(MemoryTests), typeof(PartitionTests), typeof(DatabaseTests),
    ];

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) => testCollections.OrderBy(Place);

    /// <summary>A class without a collection of its own is one, named by the class.</summary>
    private static int Place(ITestCollection collection)
    {
        int place = Array.FindIndex(Longest, type => collection.DisplayName.Contains(type.FullName!, StringComparison.Ordinal));
        return place < 0 ? Longest.Length : place;
    }
}
