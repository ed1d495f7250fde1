using System.Runtime.Serialization;

namespace OrleansInference.Compute;

/// <summary>Constants of the paged KV-cache that every part shares.</summary>
public static class KvLayout
{
    /// <summary>Tokens a page holds. Pages are aligned to absolute positions: position p is in slot p mod 16 of entry p / 16 of the page table.</summary>
    public const int PageTokens = 16;

    /// <summary>Pages needed for <paramref name="tokens"/> positions.</summary>
    public static int PagesFor(int tokens) => (tokens + PageTokens - 1) / PageTokens;
}

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
