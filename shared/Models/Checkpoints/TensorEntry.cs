namespace OrleansInference.Models.Checkpoints;

/// <summary>A tensor as a safetensors header declares it.</summary>
/// <param name="Type">The element type's name in the file, which may be one that is not known here.</param>
/// <param name="Begin">First byte, from the start of the data section.</param>
/// <param name="End">One past the last byte.</param>
internal sealed record TensorEntry(string Name, string Type, long[] Shape, long Begin, long End);
