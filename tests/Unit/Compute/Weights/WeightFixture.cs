using System.Runtime.InteropServices;
using OrleansInference.Compute.Threading;
using OrleansInference.Compute.Weights;
using OrleansInference.Models.Architectures;
using OrleansInference.Models.Checkpoints;
using OrleansInference.Unit.Models.Checkpoints;

namespace OrleansInference.Unit.Compute.Weights;

/// <summary>A checkpoint with tensors of chosen shapes and types, and their values as float32.</summary>
internal sealed class WeightFixture : IDisposable
{
    private readonly TinyCheckpoint _files = new();
    private readonly Dictionary<string, float[]> _values = [];

    public WeightFixture(params (TensorSpec Tensor, TensorType Type)[] tensors)
    {
        Random random = new(8);
        using (SafetensorsWriter writer = new(_files.At("model.safetensors"), tensors))
        {
            foreach ((TensorSpec tensor, TensorType type) in tensors)
            {
                int count = tensor.Shape.Aggregate(1, static (product, extent) => product * extent);
                _values[tensor.Name] = new float[count];
                writer.Write(Encode(random, type, _values[tensor.Name]));
            }

            writer.Complete();
        }

        Checkpoint = Checkpoint.Open(_files.Directory);
        Team = new WorkerTeam(2, "test");
    }

    public Checkpoint Checkpoint { get; }

    public WorkerTeam Team { get; }

    public TemporaryFolder Folder { get; } = new();

    public float Value(string tensor, int index) => _values[tensor][index];

    public UnitLayout Layout(string name = "unit") => new(name, Checkpoint);

    public WeightStore Store(UnitLayout layout, string? folder, PhaseRecorder? progress = null) => new(Team, folder, layout.Bytes, progress);

    public void Dispose()
    {
        Team.Dispose();
        Checkpoint.Dispose();
        _files.Dispose();
        Folder.Dispose();
    }

    private static byte[] Encode(Random random, TensorType type, float[] values)
    {
        byte[] bytes = new byte[values.Length * (type == TensorType.Float32 ? 4 : 2)];
        for (int i = 0; i < values.Length; i++)
        {
            switch (type)
            {
                case TensorType.BFloat16:
                    MemoryMarshal.Cast<byte, ushort>(bytes.AsSpan())[i] = Numbers.BFloat16(random);
                    values[i] = Numbers.Widen(MemoryMarshal.Cast<byte, ushort>(bytes.AsSpan())[i]);
                    break;
                case TensorType.Float16:
                    MemoryMarshal.Cast<byte, Half>(bytes.AsSpan())[i] = (Half)Numbers.Float(random);
                    values[i] = (float)MemoryMarshal.Cast<byte, Half>(bytes.AsSpan())[i];
                    break;
                default:
                    MemoryMarshal.Cast<byte, float>(bytes.AsSpan())[i] = values[i] = Numbers.Float(random);
                    break;
            }
        }

        return bytes;
    }
}
