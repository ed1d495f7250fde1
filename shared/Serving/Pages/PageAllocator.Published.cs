using System.Diagnostics;
using OrleansInference.Compute;

namespace OrleansInference.Serving.Pages;

/// <summary>What one allocator has published, for another that goes on with the same pool.</summary>
internal sealed partial class PageAllocator
{
    /// <summary>The published pages, each after the one that it continues, and before all that would be evicted earlier.</summary>
    public PublishedPage[] Published()
    {
        List<PublishedPage> published = new(_tree.Count);
        int[] indices = new int[PageCount];
        Array.Fill(indices, PrefixTree.None);
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
            for (int entry = _uses.Entry(page); entry != PrefixTree.None && indices[_tree.Page(entry)] == PrefixTree.None; entry = _tree.Parent(entry))
                path.Push(entry);
            while (path.TryPop(out int entry))
            {
                int parent = _tree.Parent(entry);
                int before = parent == PrefixTree.None ? PrefixTree.None : indices[_tree.Page(parent)];
                indices[_tree.Page(entry)] = published.Count;
                published.Add(new PublishedPage(_tree.Page(entry), before, _tree.Root(entry), _tree.Tokens(entry).ToArray()));
            }
        }
    }

    /// <summary>Takes over what another allocator has published, as cached pages. Those that this pool has no room for are left out.</summary>
    /// <param name="published">In the order of <see cref="Published"/>; of an allocator's own making, not checked.</param>
    public void TakeOver(ReadOnlySpan<PublishedPage> published)
    {
        Debug.Assert(_uses.Total(PageUse.Free) == PageCount);
        int[] entries = new int[published.Length];
        Array.Fill(entries, PrefixTree.None);
        for (int i = 0; i < published.Length; i++)
        {
            PublishedPage page = published[i];
            int parent = page.Before < 0 ? PrefixTree.None : entries[page.Before];
            if (page.Page < PageCount && (parent != PrefixTree.None || page.Before < 0))
            {
                ReadOnlySpan<int> tokens = page.Tokens.Span;
                entries[i] = _tree.Add(parent, page.Root, _tree.NameAfter(parent, page.Root, tokens), tokens, page.Page);
                tokens.CopyTo(TokensOf(page.Page));
            }
        }

        // Cached in this order they are evicted in this order.
        for (int i = published.Length - 1; i >= 0; i--)
        {
            if (entries[i] != PrefixTree.None)
                _uses.SetEntry(published[i].Page, entries[i]);
        }
    }
}
