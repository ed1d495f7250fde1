namespace OrleansInference.Engine.KvCache;

/// <summary>What has changed of the published pages, for those who keep a <see cref="PageLedger"/> of them.</summary>
/// <param name="Published">Pages with new contents; with <see cref="Whole"/>, all there are.</param>
/// <param name="Gone">Pages whose contents are given up.</param>
internal sealed record PageDelta(PublishedPage[] Published, int[] Gone)
{
    public static PageDelta Unchanged { get; } = new([], []);

    /// <summary>Whether these are all published pages: what was noted before is void.</summary>
    public bool Whole { get; init; }

    /// <summary>The secret that the roots of the pages were made with; empty unless <see cref="Whole"/>.</summary>
    public byte[] Secret { get; init; } = [];
}
