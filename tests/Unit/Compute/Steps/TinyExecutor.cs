using OrleansInference.Compute;
using OrleansInference.Models.Checkpoints;
using OrleansInference.Unit.Checkpoints;

namespace OrleansInference.Unit.Compute.Steps;

/// <summary>The smallest preset, loaded into memory.</summary>
internal sealed class TinyExecutor : IDisposable
{
    private readonly TinyCheckpoint _files = new();
    private readonly Checkpoint _checkpoint;

    public TinyExecutor(ComputeOptions options)
    {
        _checkpoint = Checkpoint.Open(_files.Directory);
        Executor = ModelExecutor.Load(_checkpoint, options with { PackedFolder = "" });
        Logits = new float[Executor.MaxStepTokens * Executor.VocabularySize];
    }

    public ModelExecutor Executor { get; }

    public float[] Logits { get; }

    public StepBatch Batch { get; } = new();

    public void Dispose()
    {
        Executor.Dispose();
        _checkpoint.Dispose();
        _files.Dispose();
    }
}
