using OrleansInference.Compute.Layers;
using OrleansInference.Models.Checkpoints;

namespace OrleansInference.Compute.Stages;

/// <summary>The layers that a stage owns. The first stage also embeds tokens; the last also computes logits.</summary>
/// <param name="FirstLayer">First layer.</param>
/// <param name="LayerCount">Number of layers, at least one.</param>
internal readonly record struct StageRange(int FirstLayer, int LayerCount)
{
    public int EndLayer => FirstLayer + LayerCount;

    /// <summary>Cuts a model into <paramref name="stages"/> runs whose lengths differ by at most one.</summary>
    public static StageRange[] Split(int layers, int stages)
    {
        var ranges = new StageRange[stages];
        for (int i = 0; i < stages; i++)
        {
            int first = layers * i / stages;
            ranges[i] = new StageRange(first, (layers * (i + 1) / stages) - first);
        }

        return ranges;
    }
}

/// <summary>Bytes that a run of layers takes on a device.</summary>
/// <param name="Weights">Packed, whether mapped from a file or not.</param>
/// <param name="Pages">Of its pool.</param>
/// <param name="Workspace">Working memory of its steps.</param>
internal readonly record struct StageMemory(long Weights, long Pages, long Workspace)
{
    public long Bytes => Weights + Pages + Workspace;

    /// <summary>Memory that a <see cref="Stage"/> of these layers needs.</summary>
    public static StageMemory Of(Checkpoint checkpoint, StageRange range, StageSizes sizes, int workers)
    {
        ModelSpec spec = checkpoint.Spec;
        long weights = Stage.Units(checkpoint, range).Sum(static unit => unit.Bytes);
        long pages = sizes.MemoryPages * sizes.PageBytes(spec, range.FirstLayer, range.EndLayer);
        long row = StepContext.Pad(spec.HiddenSize) * sizeof(float);
        long head = range.EndLayer == spec.Layers.Count ? sizes.MaxLogitRows * row : 0;
        return new StageMemory(weights, pages, StepContext.Bytes(Stage.Needs(spec, range), sizes.MaxRows, workers) + (2 * sizes.MaxRows * row) + head);
    }

    public static StageMemory operator +(StageMemory one, StageMemory other) =>
        new(one.Weights + other.Weights, one.Pages + other.Pages, one.Workspace + other.Workspace);
}
