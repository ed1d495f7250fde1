namespace OrleansInference.Engine.KvCache;

/// <summary>The pages of one root that no sequence uses, and their maximum number.</summary>
internal sealed class RootPages(NumberLinks pages, NumberLinks slots)
{
    public PageRoot Root { get; set; }

    /// <summary>Number of active sequences.</summary>
    public int Sequences { get; set; }

    /// <summary>Maximum of <see cref="Count"/>.</summary>
    public int Limit { get; set; }

    /// <summary>The cached pages in the order of <see cref="PageRefCounts.Cached"/>.</summary>
    public NumberList Cached { get; } = new(pages);

    /// <summary>The slots on the host, least recently used first.</summary>
    public NumberList Saved { get; } = new(slots);

    /// <summary>Number of cached pages and of slots.</summary>
    public int Count => Cached.Count + Saved.Count;
}
