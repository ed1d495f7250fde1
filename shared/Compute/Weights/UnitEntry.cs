using OrleansInference.Models.Architectures;

namespace OrleansInference.Compute.Weights;

/// <summary>One packed matrix or vector within a unit: its sources and its place.</summary>
/// <param name="Name">Name within the unit, such as "qkv".</param>
/// <param name="Parts">Tensors of the checkpoint, one after another along the outputs; a vector's parts have one extent.</param>
/// <param name="Format">Element format; vectors are float32.</param>
/// <param name="Outputs">Columns of the matrix, or length of the vector.</param>
/// <param name="Inputs">K of the matrix, or 0 for a vector.</param>
/// <param name="Offset">First byte within the unit's data, a multiple of 64.</param>
/// <param name="Bytes">Length with padding.</param>
internal sealed record UnitEntry(string Name, IReadOnlyList<TensorSpec> Parts, WeightFormat Format, int Outputs, int Inputs, long Offset, long Bytes)
{
    public bool IsVector => Inputs == 0;
}
