using OrleansInference.Compute;
using OrleansInference.Compute.Devices;
using OrleansInference.Models.Checkpoints;
using OrleansInference.Unit.Models.Checkpoints;

namespace OrleansInference.Unit.Compute.Devices;

/// <summary>The smallest preset, loaded into memory.</summary>
internal sealed class TinyDevice : IDisposable
{
    private readonly TinyCheckpoint _files = new();
    private readonly Checkpoint _checkpoint;

    public TinyDevice(ComputeOptions options)
    {
        _checkpoint = Checkpoint.Open(_files.Directory);
        Device = DeviceModel.LoadWhole(_checkpoint, options with { PackedFolder = "" });
        Logits = new float[Device.MaxStepTokens * Device.VocabularySize];
    }

    public DeviceModel Device { get; }

    public float[] Logits { get; }

    public StepBatch Batch { get; } = new();

    public void Dispose()
    {
        Device.Dispose();
        _checkpoint.Dispose();
        _files.Dispose();
    }
}
