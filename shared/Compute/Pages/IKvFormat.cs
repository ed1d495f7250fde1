namespace OrleansInference.Compute.Pages;

/// <summary>Element format of a page.</summary>
internal unsafe interface IKvFormat
{
    /// <summary>Bytes of one element.</summary>
    static abstract int ElementBytes { get; }

    /// <summary>Sixteen neighbouring elements, widened exactly.</summary>
    static abstract Vector512<float> Load(byte* elements);

    static abstract void Store(byte* element, float value);
}

/// <summary>float32, as computed.</summary>
internal readonly unsafe struct Float32Kv : IKvFormat
{
    public static int ElementBytes => sizeof(float);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(byte* elements) => Vector512.Load((float*)elements);

    public static void Store(byte* element, float value) => *(float*)element = value;
}

/// <summary>bfloat16, rounded to nearest, ties to even.</summary>
internal readonly unsafe struct BFloat16Kv : IKvFormat
{
    public static int ElementBytes => sizeof(ushort);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(byte* elements)
    {
        Vector256<ushort> halves = Vector256.Load((ushort*)elements);
        return (Vector512.Create(Vector256.WidenLower(halves), Vector256.WidenUpper(halves)) << 16).AsSingle();
    }

    public static void Store(byte* element, float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        *(ushort*)element = float.IsNaN(value) ? (ushort)0x7FC0 : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }
}

/// <summary>
/// What one layer keeps in a page: keys [kvHeads, headDim, 16 tokens], so that scores are lanes across tokens, then values [kvHeads, 16 tokens, headDim
/// padded to 16], so that outputs are lanes across the head.
/// </summary>
/// <param name="KvHeads">Key-value heads.</param>
/// <param name="HeadDim">Elements of a head.</param>
internal readonly record struct KvBlockShape(int KvHeads, int HeadDim)
{
    public int PaddedHeadDim => (HeadDim + 15) / 16 * 16;

    public int KeyElements => KvHeads * HeadDim * KvLayout.PageTokens;

    public int ValueElements => KvHeads * KvLayout.PageTokens * PaddedHeadDim;

    public int Elements => KeyElements + ValueElements;
}
