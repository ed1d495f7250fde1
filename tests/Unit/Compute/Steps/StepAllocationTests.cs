using OrleansInference.Compute;

namespace OrleansInference.Unit.Compute.Steps;

/// <summary>Counts what the whole process allocates, and so runs beside no other test.</summary>
[CollectionDefinition(nameof(StepAllocationTests), DisableParallelization = true)]
public sealed class StepAllocationCollection;

[Collection(nameof(StepAllocationTests))]
public sealed class StepAllocationTests
{
    [Theory]
    [InlineData(KvType.Float32)]
    [InlineData(KvType.BFloat16)]
    public void A_step_allocates_nothing_on_its_thread(KvType type)
    {
        using TinyExecutor tiny = new(new ComputeOptions { Threads = 1, MaxStepTokens = 64, KvBytes = 1 << 20, KvType = type });
        Assert.Equal(0, Least(tiny, static () => GC.GetAllocatedBytesForCurrentThread()));
    }

    [Fact]
    public void A_step_allocates_nothing_on_its_workers()
    {
        using TinyExecutor tiny = new(new ComputeOptions { Threads = 3, Stages = 2, MaxStepTokens = 64, KvBytes = 1 << 20 });

        // The test runner's own threads allocate now and then: of many steps, the quietest counts.
        Assert.Equal(0, Least(tiny, static () => GC.GetTotalAllocatedBytes(precise: true)));
    }

    /// <summary>The least that any of many rounds of a prefill chunk and a mixed step with decoding allocated, after some to warm up.</summary>
    private static long Least(TinyExecutor tiny, Func<long> allocated)
    {
        int[] prompt = [.. Enumerable.Range(0, 50)];
        int[] pages = [0, 1, 2, 3];
        int[] others = [4, 5];
        int[] next = [9];
        long least = long.MaxValue;
        allocated();
        for (int round = 0; round < 40; round++)
        {
            long before = allocated();
            tiny.Batch.Clear();
            tiny.Batch.Add(prompt, 0, pages, LogitRows.Last);
            tiny.Executor.Execute(tiny.Batch, tiny.Logits);
            tiny.Batch.Clear();
            tiny.Batch.Add(next, 50, pages, LogitRows.Last);
            tiny.Batch.Add(prompt.AsSpan(0, 20), 0, others, LogitRows.All);
            tiny.Executor.Execute(tiny.Batch, tiny.Logits);
            long grown = allocated() - before;
            least = round < 3 ? least : Math.Min(least, grown);
        }

        return least;
    }
}
