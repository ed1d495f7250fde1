namespace OrleansInference.Engine.KvCache;

/// <summary>A change of the published pages, which a <see cref="PageLedger"/> applies.</summary>
/// <param name="Published">Pages with new contents; with <see cref="Whole"/>, all published pages.</param>
/// <param name="Removed">Pages whose contents were removed.</param>
public sealed record PageDelta(PublishedPage[] Published, int[] Removed)
{
    public static PageDelta Unchanged { get; } = new([], []);

    /// <summary>Whether the delta has all published pages, so that it replaces earlier deltas.</summary>
    public bool Whole { get; init; }

    /// <summary>The secret from which the roots of the pages are derived; empty unless <see cref="Whole"/>.</summary>
    public byte[] Secret { get; init; } = [];
}

/// <summary>A full page whose contents other sequences may use.</summary>
/// <param name="Page">Its number in the pool.</param>
/// <param name="Before">The preceding page of the chain; −1 for a first page.</param>
/// <param name="Root">Root of its chain.</param>
/// <param name="Tokens">[PageTokens]: the tokens whose keys and values it holds.</param>
public readonly record struct PublishedPage(int Page, int Before, PageRoot Root, ReadOnlyMemory<int> Tokens);
