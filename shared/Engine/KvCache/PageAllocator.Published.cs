using System.Diagnostics;

namespace OrleansInference.Engine.KvCache;

/// <summary>What one allocator has published, for another that goes on with the same pool.</summary>
internal sealed partial class PageAllocator
{
    /// <summary>The published pages that all stages have, each after the one that it continues, and before all that would be evicted earlier.</summary>
    public PublishedPage[] Published()
    {
        List<PublishedPage> published = new(_tree.Count);
        bool[] listed = new bool[PageCount];
        Stack<int> path = new();
        for (int page = 0; page < PageCount; page++)
        {
            if (_uses.Use(page) is PageUse.InUse or PageUse.Warm)
                List(page);
        }

        List<int> cached = new(_uses.Cached.Count);
        for (int page = _uses.Cached.First; page >= 0; page = _uses.Cached.After(page))
            cached.Add(page);
        for (int i = cached.Count - 1; i >= 0; i--)
            List(cached[i]);
        return [.. published];

        void List(int page)
        {
            if (_unconfirmed.ContainsKey(page))
                return;
            for (int entry = _uses.Entry(page); entry != PrefixTree.None && !listed[_tree.Page(entry)]; entry = _tree.Parent(entry))
                path.Push(_tree.Page(entry));
            while (path.TryPop(out int next))
            {
                listed[next] = true;
                published.Add(PublishedAs(next));
            }
        }
    }

    /// <summary>Everything that is published, for one who knows nothing of it. From now on changes are noted, for <see cref="TakeDelta"/>.</summary>
    public PageDelta TakeFullDelta()
    {
        _uses.Note();
        return new PageDelta(Published(), []) { Whole = true };
    }

    /// <summary>What has changed since the last call, or since <see cref="TakeFullDelta"/>.</summary>
    public PageDelta TakeDelta()
    {
        NumberList changed = _uses.Changed!;
        if (changed.Count == 0)
            return PageDelta.Unchanged;
        List<PublishedPage> published = new(changed.Count);
        List<int> gone = [];
        while (changed.Count > 0)
        {
            int page = changed.First;
            changed.Remove(page);
            if (_uses.Entry(page) == PrefixTree.None || _unconfirmed.ContainsKey(page))
                gone.Add(page);
            else
                published.Add(PublishedAs(page));
        }

        return new PageDelta([.. published], [.. gone]);
    }

    /// <summary>Takes over what another allocator has published, as cached pages. Those that this pool has no room for are left out.</summary>
    /// <param name="published">In the order of <see cref="Published"/>; of an allocator's own making, not checked.</param>
    public void TakeOver(ReadOnlySpan<PublishedPage> published)
    {
        Debug.Assert(_uses.Total(PageUse.Free) == PageCount);
        int[] entries = new int[PageCount]; // by page
        Array.Fill(entries, PrefixTree.None);
        foreach (PublishedPage page in published)
        {
            int parent = page.Before < 0 || page.Before >= PageCount ? PrefixTree.None : entries[page.Before];
            if (page.Page < PageCount && (parent != PrefixTree.None || page.Before < 0))
            {
                ReadOnlySpan<int> tokens = page.Tokens.Span;
                entries[page.Page] = _tree.Add(parent, page.Root, _tree.NameAfter(parent, page.Root, tokens), tokens, page.Page);
                tokens.CopyTo(TokensOf(page.Page));
            }
        }

        // Cached in this order they are evicted in this order.
        for (int i = published.Length - 1; i >= 0; i--)
        {
            int page = published[i].Page;
            if (page < PageCount && entries[page] != PrefixTree.None)
                _uses.SetEntry(page, entries[page]);
        }
    }

    /// <summary>Whether a page has contents that others may use.</summary>
    public bool IsPublished(int page) => page < PageCount && _uses.Entry(page) != PrefixTree.None;

    private PublishedPage PublishedAs(int page)
    {
        int entry = _uses.Entry(page);
        int parent = _tree.Parent(entry);
        return new PublishedPage(page, parent == PrefixTree.None ? -1 : _tree.Page(parent), _tree.Root(entry), _tree.Tokens(entry).ToArray());
    }
}
