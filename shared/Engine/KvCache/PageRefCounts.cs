using System.Diagnostics;

namespace OrleansInference.Engine.KvCache;

/// <summary>What a page is there for, in order of precedence.</summary>
internal enum PageUse
{
    /// <summary>Nothing: it can be handed out at once.</summary>
    Free,

    /// <summary>Published contents that no sequence needs: evicted least recently used first.</summary>
    Cached,

    /// <summary>Held only by leases of idle sessions.</summary>
    Warm,

    /// <summary>Held by at least one active sequence.</summary>
    InUse,
}

/// <summary>Reference counts of the pages with what follows from them: the free list, the eviction order and the totals.</summary>
internal sealed class PageRefCounts
{
    private readonly int[] _active;
    private readonly int[] _leased;
    private readonly int[] _entries;
    private readonly int[] _totals = new int[4];

    public PageRefCounts(int pageCount)
    {
        _active = new int[pageCount];
        _leased = new int[pageCount];
        _entries = new int[pageCount];
        Free = new NumberList(pageCount);
        Cached = new NumberList(pageCount);
        Array.Fill(_entries, PrefixTree.None);
        for (int page = 0; page < pageCount; page++)
            Free.AddLast(page);
        _totals[(int)PageUse.Free] = pageCount;
    }

    public int PageCount => _active.Length;

    /// <summary>Pages whose entry has changed since they were taken out here; null: nobody wants to know.</summary>
    public NumberList? Changed { get; private set; }

    public NumberList Free { get; }

    /// <summary>Unreferenced published pages, first to be evicted first. A page comes before the page it continues.</summary>
    public NumberList Cached { get; }

    public int Total(PageUse use) => _totals[(int)use];

    public int Active(int page) => _active[page];

    public int Leased(int page) => _leased[page];

    /// <summary>Entry that the page publishes, or <see cref="PrefixTree.None"/>.</summary>
    public int Entry(int page) => _entries[page];

    /// <summary>Whether a single holder may write the page: nobody else can see it.</summary>
    public bool IsWritable(int page) => _active[page] + _leased[page] == 1 && _entries[page] == PrefixTree.None;

    public PageUse Use(int page) =>
        _active[page] > 0 ? PageUse.InUse : _leased[page] > 0 ? PageUse.Warm : _entries[page] != PrefixTree.None ? PageUse.Cached : PageUse.Free;

    /// <summary>Adds to a page's references; negative numbers take away.</summary>
    public void Change(int page, int active, int leased)
    {
        PageUse before = Use(page);
        _active[page] += active;
        _leased[page] += leased;
        Debug.Assert(_active[page] >= 0 && _leased[page] >= 0);
        Move(page, before);
    }

    public void SetEntry(int page, int entry)
    {
        PageUse before = Use(page);
        _entries[page] = entry;
        Move(page, before);
        if (Changed is { } changed && !changed.Contains(page))
            changed.AddLast(page);
    }

    /// <summary>Notes in <see cref="Changed"/> what changes from now on.</summary>
    public void Note() => Changed = new NumberList(PageCount);

    private void Move(int page, PageUse before)
    {
        PageUse after = Use(page);
        if (before == after)
            return;
        _totals[(int)before]--;
        _totals[(int)after]++;
        if (before == PageUse.Free)
            Free.Remove(page);
        else if (before == PageUse.Cached)
            Cached.Remove(page);
        if (after == PageUse.Free)
            Free.AddLast(page);
        else if (after == PageUse.Cached)
            Cached.AddLast(page);
    }
}
