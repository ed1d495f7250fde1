namespace OrleansInference.Engine.KvCache;

/// <summary>
/// The pages whose contents other routers and stages may use, with the changes since the last report. A restored page, and a page that continues it, is not reported before all stages
/// have restored it, because a stage may be lost before it does.
/// </summary>
public sealed class PublishedPages
{
    private readonly PrefixTree _tree;
    private readonly PageRefCounts _counts;
    private readonly Dictionary<int, long> _unconfirmed = []; // by restored page: number of its restore
    private readonly HashSet<int> _withheld = []; // computed pages that continue an unconfirmed one; they exist because a restored page may replace an equal computed page
    private NumberList? _changed; // pages that have changed since the last report; null: no report was requested

    internal PublishedPages(PrefixTree tree, PageRefCounts counts)
    {
        _tree = tree;
        _counts = counts;
    }

    /// <summary>Returns whether a page has contents that others may use.</summary>
    public bool Contains(int page) => page < _counts.PageCount && _counts.Entry(page) != PrefixTree.None;

    /// <summary>Returns whether a page has changed since the last report.</summary>
    internal bool IsChanged(int page) => _changed?.Contains(page) == true;

    /// <summary>Returns whether the contents of a page are reported: all stages have them, and those of the pages before it.</summary>
    internal bool IsReported(int page) => Contains(page) && !_unconfirmed.ContainsKey(page) && !_withheld.Contains(page);

    /// <summary>Records that a page has new contents.</summary>
    internal void Add(int page)
    {
        if (ContinuesUnconfirmed(page))
            _withheld.Add(page);
        MarkChanged(page);
    }

    /// <summary>Records that a page receives contents from the host.</summary>
    /// <param name="page">The page.</param>
    /// <param name="number">Number of the restore.</param>
    internal void AddRestored(int page, long number)
    {
        _unconfirmed[page] = number;
        MarkChanged(page);
    }

    /// <summary>Records that the contents of a page were removed.</summary>
    internal void Remove(int page)
    {
        _unconfirmed.Remove(page);
        _withheld.Remove(page);
        MarkChanged(page);
    }

    /// <summary>Records that all stages have carried out the restores up to a number.</summary>
    internal void ConfirmRestores(long last)
    {
        if (_unconfirmed.Count == 0)
            return;
        foreach ((int page, long number) in _unconfirmed.ToArray())
        {
            if (number <= last)
            {
                _unconfirmed.Remove(page);
                MarkChanged(page);
            }
        }

        foreach (int page in _withheld.Where(page => !ContinuesUnconfirmed(page)).ToArray())
        {
            _withheld.Remove(page);
            MarkChanged(page);
        }
    }

    /// <summary>Returns the published pages that all stages have, each after its predecessor, and before all pages that would be evicted earlier.</summary>
    public PublishedPage[] List()
    {
        List<PublishedPage> published = new(_tree.Count);
        bool[] listed = new bool[_counts.PageCount];
        Stack<int> path = new();
        for (int page = 0; page < _counts.PageCount; page++)
        {
            if (_counts.Use(page) == PageUse.InUse)
                AddPath(page);
        }

        List<int> cached = new(_counts.Cached.Count);
        for (int page = _counts.Cached.First; page >= 0; page = _counts.Cached.After(page))
            cached.Add(page);
        for (int i = cached.Count - 1; i >= 0; i--)
            AddPath(cached[i]);
        return [.. published];

        void AddPath(int page)
        {
            if (!IsReported(page))
                return;
            for (int entry = _counts.Entry(page); entry != PrefixTree.None && !listed[_tree.Page(entry)]; entry = _tree.Parent(entry))
                path.Push(_tree.Page(entry));
            while (path.TryPop(out int next))
            {
                listed[next] = true;
                published.Add(Describe(next));
            }
        }
    }

    /// <summary>Reports all published pages to a reader that has none of them. From then on changes are recorded for <see cref="TakeDelta"/>.</summary>
    public PageDelta TakeFullDelta()
    {
        _changed = new NumberList(_counts.PageCount);
        return new PageDelta(List(), []) { Whole = true };
    }

    /// <summary>Reports the changes since the last report.</summary>
    public PageDelta TakeDelta()
    {
        NumberList changed = _changed!;
        if (changed.Count == 0)
            return PageDelta.Unchanged;
        List<PublishedPage> published = new(changed.Count);
        List<int> removed = [];
        while (changed.Count > 0)
        {
            int page = changed.First;
            changed.Remove(page);
            if (IsReported(page))
                published.Add(Describe(page));
            else
                removed.Add(page);
        }

        return new PageDelta([.. published], [.. removed]);
    }

    private void MarkChanged(int page)
    {
        if (_changed is { } changed && !changed.Contains(page))
            changed.AddLast(page);
    }

    private bool ContinuesUnconfirmed(int page)
    {
        bool continues = false;
        for (int entry = _tree.Parent(_counts.Entry(page)); _unconfirmed.Count > 0 && !continues && entry != PrefixTree.None; entry = _tree.Parent(entry))
            continues = _unconfirmed.ContainsKey(_tree.Page(entry));
        return continues;
    }

    private PublishedPage Describe(int page)
    {
        int entry = _counts.Entry(page);
        int parent = _tree.Parent(entry);
        return new PublishedPage(page, parent == PrefixTree.None ? -1 : _tree.Page(parent), _tree.Root(entry), _tree.Tokens(entry).ToArray());
    }
}
