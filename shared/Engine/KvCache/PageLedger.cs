namespace OrleansInference.Engine.KvCache;

/// <summary>
/// A copy of an allocator's published pages, kept up to date by every <see cref="PageDelta"/>, so that the pages' contents are not lost with the allocator. It is empty until
/// it takes a whole delta, and again after a delta is lost.
/// </summary>
public sealed class PageLedger
{
    private readonly Dictionary<int, Entry> _pages = [];

    /// <summary>Whether it has all published pages.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>The secret from which the roots are derived.</summary>
    public byte[] Secret { get; private set; } = [];

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

        foreach (int page in delta!.Gone)
        {
            _pages.Remove(page);
        }

        foreach (PublishedPage page in delta.Published)
        {
            _pages[page.Page] = new Entry(page);
        }
    }

    /// <summary>Removes everything.</summary>
    public void Clear() => Take(null);

    /// <summary>Notes the step of a sequence by its last full page.</summary>
    public void Use(int page, long step)
    {
        if (_pages.TryGetValue(page, out Entry? entry))
        {
            entry.Used = step;
        }
    }

    /// <summary>The pages, each after the one that it continues; the most recently used pages come first.</summary>
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

    /// <summary>The last full pages of the sequences that were in recent steps.</summary>
    /// <param name="since">The first step that counts.</param>
    public int[] Heads(long since)
    {
        List<int> heads = [];
        HashSet<int> continued = [];
        // A sequence's later pages continue its earlier ones.
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
