using OrleansInference.Compute;
using OrleansInference.Unit.Compute.Devices;

namespace OrleansInference.Unit.Compute;

/// <summary>Counts what the whole process allocates, and so runs beside no other test.</summary>
[CollectionDefinition(nameof(StepAllocationTests), DisableParallelization = true)]
public sealed class StepAllocationCollection;

[Collection(nameof(StepAllocationTests))]
public sealed class StepAllocationTests
{
    private static readonly int[] Prompt = [.. Enumerable.Range(0, 50)];
    private static readonly int[] Pages = [0, 1, 2, 3];
    private static readonly int[] Others = [4, 5];
    private static readonly int[] Next = [9];

    [Theory]
    [InlineData(KvType.Float32)]
    [InlineData(KvType.BFloat16)]
    public void A_step_allocates_nothing_on_its_thread(KvType type)
    {
        using TinyDevice tiny = new(new ComputeOptions { Threads = 1, MaxStepTokens = 64, KvBytes = 1 << 20, KvType = type });
        Assert.Equal(0, Allocations.Least(() => Execute(tiny), calls: 40));
    }

    [Fact]
    public void A_step_allocates_nothing_on_its_workers()
    {
        using TinyDevice tiny = new(new ComputeOptions { Threads = 3, Stages = 2, MaxStepTokens = 64, KvBytes = 1 << 20 });

        // The test runner's own threads allocate now and then: of many steps, the quietest counts.
        Assert.Equal(0, Allocations.Least(() => Execute(tiny), calls: 40, static () => GC.GetTotalAllocatedBytes(precise: true)));
    }

    /// <summary>A prefill chunk, then a mixed step with decoding.</summary>
    private static void Execute(TinyDevice tiny)
    {
        tiny.Batch.Clear();
        tiny.Batch.Add(Prompt, 0, Pages, LogitRows.Last);
        tiny.Device.Execute(tiny.Batch, tiny.Logits);
        tiny.Batch.Clear();
        tiny.Batch.Add(Next, 50, Pages, LogitRows.Last);
        tiny.Batch.Add(Prompt.AsSpan(0, 20), 0, Others, LogitRows.All);
        tiny.Device.Execute(tiny.Batch, tiny.Logits);
    }
}
