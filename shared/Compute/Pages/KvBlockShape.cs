namespace OrleansInference.Compute.Pages;

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
