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
