using OrleansInference.Compute.Memory;

namespace OrleansInference.Compute;

/// <summary>A step's hidden states between two stages: [rows, stride] in native memory. Instances are pooled.</summary>
/// <param name="rows">Most rows of a step.</param>
/// <param name="stride">Floats from one row to the next.</param>
internal sealed unsafe class HiddenStates(int rows, int stride) : IDisposable
{
    private readonly NativeBuffer<float> _memory = new((long)rows * stride);

    /// <summary>Floats from one row to the next.</summary>
    public int Stride => stride;

    internal float* Pointer => _memory.Pointer;

    /// <summary>[count, <see cref="Stride"/>]: the first rows.</summary>
    public Span<float> Rows(int count) => _memory.Span[..(count * stride)];

    public void Dispose() => _memory.Dispose();
}
