namespace OrleansInference.Engine.KvCache;

/// <summary>
/// A copy of an allocator's published pages, updated by every <see cref="PageDelta"/>, so that the record of the pages' contents is not lost with the allocator. It is empty until it
/// applies a whole delta, and again after a delta is lost.
/// </summary>
public sealed class PageLedger
{
    private readonly Dictionary<int, Entry> _pages = [];

    /// <summary>Whether the ledger has all published pages.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>The secret from which the roots are derived.</summary>
    public byte[] Secret { get; private set; } = [];

    /// <summary>Applies a delta.</summary>
    /// <param name="delta">The next delta; null when it is lost.</param>
    public void Take(PageDelta? delta)
    {
        if (delta is null || delta.Whole)
        {
            _pages.Clear();
            IsWhole = delta is not null;
            Secret = delta?.Secret ?? [];
        }

        if (!IsWhole)
        {
            return;
        }

        foreach (int page in delta!.Removed)
        {
            _pages.Remove(page);
        }

        foreach (PublishedPage page in delta.Published)
        {
            _pages[page.Page] = new Entry(page);
        }
    }

    /// <summary>Removes all pages.</summary>
    public void Clear() => Take(null);

    /// <summary>Records the step of a sequence at its last full page.</summary>
    public void Use(int page, long step)
    {
        if (_pages.TryGetValue(page, out Entry? entry))
        {
            entry.Used = step;
        }
    }

    /// <summary>Returns the pages, each after its predecessor; the most recently used pages are first.</summary>
    public PublishedPage[] List()
    {
        List<PublishedPage> listed = new(_pages.Count);
        HashSet<int> known = new(_pages.Count);
        Stack<PublishedPage> path = new();
        foreach (Entry entry in _pages.Values.OrderByDescending(static entry => entry.Used))
        {
            for (Entry? next = entry; next is not null && !known.Contains(next.Page.Page); next = _pages.GetValueOrDefault(next.Page.Before))
            {
                path.Push(next.Page);
            }

            while (path.TryPop(out PublishedPage page))
            {
                known.Add(page.Page);
                listed.Add(page);
            }
        }

        return [.. listed];
    }

    /// <summary>Returns the last full pages of the sequences that were in recent steps.</summary>
    /// <param name="since">The first step that counts as recent.</param>
    public int[] Heads(long since)
    {
        List<int> heads = [];
        HashSet<int> continued = [];
        // Pages that another recent page continues are not heads: they belong to the same sequence.
        foreach (Entry entry in _pages.Values.Where(entry => entry.Used >= since).OrderByDescending(static entry => entry.Used))
        {
            if (!continued.Contains(entry.Page.Page))
            {
                heads.Add(entry.Page.Page);
                for (Entry? before = entry; before is not null && continued.Add(before.Page.Page);)
                {
                    before = _pages.GetValueOrDefault(before.Page.Before);
                }
            }
        }

        return [.. heads];
    }

    private sealed class Entry(PublishedPage page)
    {
        public PublishedPage Page => page;

        public long Used { get; set; }
    }
}
