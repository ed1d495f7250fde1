using System.Diagnostics;

namespace OrleansInference.Engine.KvCache;

/// <summary>State of a page.</summary>
internal enum PageUse
{
    /// <summary>Without contents that can be used.</summary>
    Free,

    /// <summary>Published contents that no sequence needs; evicted least recently used first.</summary>
    Cached,

    /// <summary>Referenced by at least one sequence.</summary>
    InUse,
}

/// <summary>Reference counts of the pages, with the lists derived from them: the free pages, and the cached pages in the order of eviction.</summary>
internal sealed class PageRefCounts
{
    private readonly RootTable _roots;
    private readonly RootPages?[] _owners; // by page; valid while the page is published
    private readonly int[] _references;
    private readonly int[] _entries;

    public PageRefCounts(int pageCount, RootTable roots)
    {
        _roots = roots;
        _owners = new RootPages?[pageCount];
        _references = new int[pageCount];
        _entries = new int[pageCount];
        Free = new NumberList(pageCount);
        Cached = new NumberList(pageCount);
        Array.Fill(_entries, PrefixTree.None);
        for (int page = 0; page < pageCount; page++)
            Free.AddLast(page);
    }

    public int PageCount => _references.Length;

    public NumberList Free { get; }

    /// <summary>Published pages without a reference; the first is evicted first. A page precedes the page that it continues.</summary>
    public NumberList Cached { get; }

    /// <summary>Number of pages without a reference.</summary>
    public int Available => Free.Count + Cached.Count;

    /// <summary>Number of pages with references.</summary>
    public int InUse => PageCount - Available;

    /// <summary>Returns the entry that the page publishes, or <see cref="PrefixTree.None"/>.</summary>
    public int Entry(int page) => _entries[page];

    /// <summary>Returns whether the holder of the only reference may write the page, because no other sequence can find it.</summary>
    public bool IsWritable(int page) => _references[page] == 1 && _entries[page] == PrefixTree.None;

    public PageUse Use(int page) => _references[page] > 0 ? PageUse.InUse : _entries[page] != PrefixTree.None ? PageUse.Cached : PageUse.Free;

    public void AddReference(int page)
    {
        PageUse before = Use(page);
        _references[page]++;
        Move(page, before);
    }

    public void RemoveReference(int page)
    {
        PageUse before = Use(page);
        _references[page]--;
        Debug.Assert(_references[page] >= 0);
        Move(page, before);
    }

    /// <summary>Returns the root of a published page.</summary>
    public RootPages Owner(int page) => _owners[page]!;

    /// <summary>Records that a page publishes an entry.</summary>
    public void Publish(int page, int entry, RootPages owner)
    {
        PageUse before = Use(page);
        _entries[page] = entry;
        _owners[page] = owner;
        Move(page, before);
    }

    /// <summary>Records that a page no longer publishes an entry.</summary>
    public void Withdraw(int page)
    {
        PageUse before = Use(page);
        _entries[page] = PrefixTree.None;
        Move(page, before);
    }

    /// <summary>Describes the first violated invariant, or null.</summary>
    /// <param name="references">[pages]: number of references in the page tables.</param>
    public string? Check(ReadOnlySpan<int> references)
    {
        int free = 0, cached = 0;
        for (int page = 0; page < PageCount; page++)
        {
            if (_references[page] != references[page])
                return $"page {page} has {_references[page]} references, the page tables {references[page]}";
            PageUse use = Use(page);
            free += use == PageUse.Free ? 1 : 0;
            cached += use == PageUse.Cached ? 1 : 0;
            if (Free.Contains(page) != (use == PageUse.Free) || Cached.Contains(page) != (use == PageUse.Cached))
                return $"page {page} is {use}, which contradicts the lists";
        }

        return (free, cached) == (Free.Count, Cached.Count) ? null : $"{free} pages are free and {cached} are cached, counted as {Free.Count} and {Cached.Count}";
    }

    private void Move(int page, PageUse before)
    {
        PageUse after = Use(page);
        if (before == after)
            return;
        if (before == PageUse.Free)
            Free.Remove(page);
        else if (before == PageUse.Cached)
            RemoveCached(page);
        if (after == PageUse.Free)
            Free.AddLast(page);
        else if (after == PageUse.Cached)
            AddCached(page);
    }

    private void AddCached(int page)
    {
        Cached.AddLast(page);
        Owner(page).Cached.AddLast(page);
    }

    private void RemoveCached(int page)
    {
        Cached.Remove(page);
        Owner(page).Cached.Remove(page);
        _roots.RemoveUnused(Owner(page));
    }
}
