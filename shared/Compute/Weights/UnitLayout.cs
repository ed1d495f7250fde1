using OrleansInference.Compute.Kernels;
using OrleansInference.Models.Checkpoints;

namespace OrleansInference.Compute.Weights;

/// <summary>
/// What a unit holds and where. A unit is what is packed, cached and mapped together: one decoder layer, or the head. Blocks declare what they need by
/// name; linear layers with the same input are packed side by side as one matrix.
/// </summary>
internal sealed class UnitLayout(string name, Checkpoint checkpoint)
{
    private const int Alignment = 64;
    private readonly List<UnitEntry> _entries = [];

    public string Name { get; } = name;

    public Checkpoint Checkpoint { get; } = checkpoint;

    public IReadOnlyList<UnitEntry> Entries => _entries;

    /// <summary>Bytes of all entries.</summary>
    public long Bytes { get; private set; }

    /// <summary>Adds linear layers with the same inputs as one matrix, and their biases, where any has one, as the vector "<paramref name="name"/>.bias".</summary>
    public void AddLinear(string name, params ReadOnlySpan<LinearSpec> layers)
    {
        List<TensorSpec> weights = [];
        List<TensorSpec> biases = [];
        int outputs = 0;
        bool brain16 = true;
        foreach (LinearSpec layer in layers)
        {
            weights.Add(layer.Weight);
            outputs += layer.Outputs;
            brain16 &= Checkpoint.Tensor(layer.Weight).Type == TensorType.BFloat16;

            // A layer without a bias beside one that has it contributes zeros.
            biases.Add(layer.Bias ?? new TensorSpec("", layer.Outputs));
        }

        // float16 has more mantissa than bfloat16 and less exponent: only float32 holds it exactly.
        WeightFormat format = brain16 ? WeightFormat.BFloat16 : WeightFormat.Float32;
        int inputs = layers[0].Inputs;
        Add(name, weights, format, outputs, inputs, (long)PackedMatrix.PanelsFor(outputs) * inputs * PackedMatrix.BytesPerKOf(format));
        if (biases.Exists(static bias => bias.Name.Length > 0))
        {
            Add(name + ".bias", biases, WeightFormat.Float32, outputs, 0, PaddedVectorBytes(outputs));
        }
    }

    /// <summary>Adds a vector, padded with zeros to a multiple of 16 floats.</summary>
    public void AddVector(string name, TensorSpec vector)
    {
        Checkpoint.Tensor(vector);
        Add(name, [vector], WeightFormat.Float32, vector.Shape[0], 0, PaddedVectorBytes(vector.Shape[0]));
    }

    private static long PaddedVectorBytes(int length) => (length + Lanes.Count - 1L) / Lanes.Count * Lanes.Count * sizeof(float);

    private void Add(string name, List<TensorSpec> parts, WeightFormat format, int outputs, int inputs, long bytes)
    {
        _entries.Add(new UnitEntry(name, parts, format, outputs, inputs, Bytes, bytes));
        Bytes += (bytes + Alignment - 1) / Alignment * Alignment;
    }
}
