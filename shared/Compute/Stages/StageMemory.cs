using OrleansInference.Compute.Layers;
using OrleansInference.Models.Architectures;
using OrleansInference.Models.Checkpoints;

namespace OrleansInference.Compute.Stages;

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
