namespace OrleansInference.Engine.KvCache;

/// <summary>
/// What an allocator has published, as somebody else knows it from <see cref="PageDelta"/>: so that the pages' contents are not lost with the allocator. It knows nothing until
/// it has all notes from one on that was whole.
/// </summary>
internal sealed class PageLedger
{
    private readonly Dictionary<int, Entry> _pages = [];

    /// <summary>Whether it knows what is published.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>The secret that the roots were made with.</summary>
    public byte[] Secret { get; private set; } = [];

    /// <param name="notes">The next ones; null: they are lost.</param>
    public void Take(PageDelta? notes)
    {
        if (notes is null || notes.Whole)
        {
            _pages.Clear();
            IsWhole = notes is not null;
            Secret = notes?.Secret ?? [];
        }

        if (!IsWhole)
        {
            return;
        }

        foreach (int page in notes!.Gone)
        {
            _pages.Remove(page);
        }

        foreach (PublishedPage page in notes.Published)
        {
            _pages[page.Page] = new Entry(page);
        }
    }

    /// <summary>Forgets everything.</summary>
    public void Clear() => Take(null);

    /// <summary>Notes that a sequence whose last full page this is was in a step.</summary>
    public void Use(int page, long step)
    {
        if (_pages.TryGetValue(page, out Entry? entry))
        {
            entry.Used = step;
        }
    }

    /// <summary>The pages, each after the one that it continues; those that were used last come first.</summary>
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

    /// <summary>The last full pages of the sequences that were in steps lately.</summary>
    /// <param name="since">The first step that counts.</param>
    public int[] Heads(long since)
    {
        List<int> tips = [];
        HashSet<int> continued = [];
        // What a sequence used before is continued by what it used later.
        foreach (Entry entry in _pages.Values.Where(entry => entry.Used >= since).OrderByDescending(static entry => entry.Used))
        {
            if (!continued.Contains(entry.Page.Page))
            {
                tips.Add(entry.Page.Page);
                for (Entry? before = entry; before is not null && continued.Add(before.Page.Page);)
                {
                    before = _pages.GetValueOrDefault(before.Page.Before);
                }
            }
        }

        return [.. tips];
    }

    private sealed class Entry(PublishedPage page)
    {
        public PublishedPage Page => page;

        public long Used { get; set; }
    }
}
