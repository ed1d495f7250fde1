using System.Diagnostics;

namespace OrleansInference.Models.Checkpoints;

/// <summary>Element types of the tensors that a model reads.</summary>
public enum TensorType
{
    /// <summary>bfloat16: the upper 16 bits of a float32. <c>BF16</c> in safetensors.</summary>
    BFloat16,

    /// <summary>IEEE 754 half precision. <c>F16</c> in safetensors.</summary>
    Float16,

    /// <summary>IEEE 754 single precision. <c>F32</c> in safetensors.</summary>
    Float32,
}

/// <summary>A tensor as a safetensors header declares it.</summary>
/// <param name="Type">The element type's name in the file, which may be one that is not known here.</param>
/// <param name="Begin">First byte, from the start of the data section.</param>
/// <param name="End">One past the last byte.</param>
internal sealed record TensorEntry(string Name, string Type, long[] Shape, long Begin, long End);

/// <summary>The element types of the safetensors format.</summary>
internal static class SafetensorsTypes
{
    /// <summary>Bits of an element of a published type; null where the name is not known.</summary>
    public static int? Bits(string name) => name switch
    {
        "F4" => 4,
        "F6_E2M3" or "F6_E3M2" => 6,
        "BOOL" or "U8" or "I8" or "F8_E5M2" or "F8_E4M3" or "F8_E8M0" or "F8_E5M2FNUZ" or "F8_E4M3FNUZ" => 8,
        "U16" or "I16" or "F16" or "BF16" => 16,
        "U32" or "I32" or "F32" => 32,
        "U64" or "I64" or "F64" or "C64" => 64,
        _ => null,
    };

    /// <summary>The type as a model reads it; null where no model does.</summary>
    public static TensorType? Readable(string name) => name switch
    {
        "BF16" => TensorType.BFloat16,
        "F16" => TensorType.Float16,
        "F32" => TensorType.Float32,
        _ => null,
    };

    public static string Name(TensorType type) => type switch
    {
        TensorType.BFloat16 => "BF16",
        TensorType.Float16 => "F16",
        TensorType.Float32 => "F32",
        _ => throw new UnreachableException(),
    };

    public static int Bytes(TensorType type) => type == TensorType.Float32 ? 4 : 2;
}
