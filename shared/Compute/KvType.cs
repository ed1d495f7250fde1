using System.Runtime.Serialization;

namespace OrleansInference.Compute;

/// <summary>Element type of keys and values in the pages.</summary>
public enum KvType
{
    /// <summary>float32: the values of attention, unchanged.</summary>
    [EnumMember(Value = "f32")]
    Float32,

    /// <summary>bfloat16, rounded to nearest even: half the memory, other logits than float32.</summary>
    [EnumMember(Value = "bf16")]
    BFloat16,
}
