using System.Diagnostics;
using OrleansInference.Compute;

namespace OrleansInference.Engine.KvCache;

/// <summary>The contents of the pool's pages: the tokens of each page, the index of prefixes, and the choice of the page that is evicted when none is free.</summary>
internal sealed class PrefixCache(PrefixTree tree, RootTable roots, PageRefCounts counts, HostPages host, PublishedPages published)
{
    private readonly int[] _tokens = new int[checked(counts.PageCount * KvLayout.PageTokens)]; // [pages, PageTokens]

    /// <summary>Number of cached pages evicted for others.</summary>
    public long Evictions { get; private set; }

    /// <summary>Returns the tokens whose keys and values a page holds.</summary>
    public Span<int> TokensOf(int page) => _tokens.AsSpan(page * KvLayout.PageTokens, KvLayout.PageTokens);

    /// <summary>Finds the entry of a prompt's page among the children of the previous page's entry.</summary>
    /// <param name="parent">Entry of the previous page; <see cref="PrefixTree.None"/> for the first page.</param>
    /// <param name="root">Root of the chain.</param>
    /// <param name="prompt">The prompt.</param>
    /// <param name="index">Number of the page within the prompt.</param>
    /// <returns>The entry; <see cref="PrefixTree.None"/> when the page is neither in the pool nor on the host.</returns>
    public int Find(int parent, in PageRoot root, ReadOnlySpan<int> prompt, int index)
    {
        ReadOnlySpan<int> tokens = prompt.Slice(index * KvLayout.PageTokens, KvLayout.PageTokens);
        return tree.Find(parent, root, tree.HashAfter(parent, root, tokens), tokens);
    }

    /// <summary>Returns the page that holds an entry, or <see cref="PrefixTree.None"/> when the entry is only on the host.</summary>
    public int PageOf(int entry) => tree.Page(entry);

    /// <summary>Takes a page without references, evicting the least recently used one when none is free. There must be an available page.</summary>
    public int TakePage()
    {
        if (counts.Free.Count > 0)
            return counts.Free.First;
        int page = counts.Cached.First;
        Debug.Assert(page >= 0);
        host.Save(page, counts.Entry(page), counts.Owner(page));
        Evict(page);
        Evictions++;
        return page;
    }

    /// <summary>Publishes the contents of a full page.</summary>
    /// <param name="page">The page.</param>
    /// <param name="parent">Entry of the previous page; <see cref="PrefixTree.None"/> for the first page.</param>
    /// <param name="owner">Root of the chain.</param>
    /// <returns>The page that is published with these contents: this one, or an earlier one.</returns>
    public int Publish(int page, int parent, RootPages owner)
    {
        PageRoot root = owner.Root;
        ReadOnlySpan<int> tokens = TokensOf(page);
        PageHash hash = tree.HashAfter(parent, root, tokens);
        int entry = tree.Find(parent, root, hash, tokens);
        if (entry == PrefixTree.None)
            entry = tree.Add(parent, root, hash, tokens, page);
        else if (tree.Page(entry) != PrefixTree.None)
            return tree.Page(entry);
        tree.Page(entry) = page;
        counts.Publish(page, entry, owner);
        published.Add(page);
        return page;
    }

    /// <summary>Prevents the eviction of the host pages that are about to be restored by the pages that are saved to make room for them.</summary>
    /// <param name="entry">The first entry to restore.</param>
    /// <param name="root">Root of the chain.</param>
    /// <param name="prompt">The prompt.</param>
    /// <param name="index">Number of the entry's page within the prompt.</param>
    public void KeepOnHost(int entry, in PageRoot root, ReadOnlySpan<int> prompt, int index)
    {
        int last = entry;
        while ((++index + 1) * KvLayout.PageTokens <= prompt.Length && Find(last, root, prompt, index) is var next and not PrefixTree.None)
            last = next;
        host.Touch(last);
    }

    /// <summary>Restores an entry from the host into a page of the pool. There must be an available page.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="owner">Root of its chain.</param>
    /// <returns>False when the page that was saved to make room took the entry's slot.</returns>
    public bool TryRestore(int entry, RootPages owner)
    {
        int page = TakePage();
        if (tree.Slot(entry) == PrefixTree.None)
            return false;
        tree.Tokens(entry).CopyTo(TokensOf(page));
        long number = host.Restore(entry, page);
        tree.Page(entry) = page;
        counts.Publish(page, entry, owner);
        published.AddRestored(page, number);
        return true;
    }

    /// <summary>
    /// Evicts the least recently used pages of a root beyond its limit. Those on the host come first, because they left the pool earlier, and none that is evicted from the pool is saved there:
    /// it would take the place of another root's page. A page that continues another one is therefore evicted before it.
    /// </summary>
    public void KeepWithinLimit(RootPages owner)
    {
        while (owner.Count > owner.Limit && owner.Saved.Count > 0)
            host.Slots.Drop(owner.Saved.First);
        for (; owner.Count > owner.Limit; Evictions++)
            Evict(owner.Cached.First);
    }

    /// <summary>Removes all contents that no sequence uses, including those on the host, because they are incomplete after the loss of a stage.</summary>
    /// <param name="kept">Pages to keep. The set includes all pages that they continue.</param>
    public void ForgetUnused(IReadOnlySet<int>? kept = null) => ForgetWhere(page => kept?.Contains(page) != true);

    /// <summary>Removes the contents of those of the pages that no sequence uses, and all contents on the host. The set must include the pages that continue one of its pages.</summary>
    public void Forget(IReadOnlySet<int> pages) => ForgetWhere(pages.Contains);

    /// <summary>Adds the pages that another allocator has published for the same pool, as cached pages. Pages beyond the size of this pool are left out.</summary>
    /// <param name="pages">The pages in the order of <see cref="PublishedPages.List"/>. They are not checked.</param>
    public void TakeOver(ReadOnlySpan<PublishedPage> pages)
    {
        Debug.Assert(counts.Free.Count == counts.PageCount);
        int[] entries = new int[counts.PageCount]; // by page
        Array.Fill(entries, PrefixTree.None);
        foreach (PublishedPage page in pages)
        {
            int parent = page.Before < 0 || page.Before >= entries.Length ? PrefixTree.None : entries[page.Before];
            if (page.Page < entries.Length && (parent != PrefixTree.None || page.Before < 0))
            {
                ReadOnlySpan<int> tokens = page.Tokens.Span;
                entries[page.Page] = tree.Add(parent, page.Root, tree.HashAfter(parent, page.Root, tokens), tokens, page.Page);
                tokens.CopyTo(TokensOf(page.Page));
            }
        }

        // Pages are evicted in the order in which they become cached, so the list is traversed backwards.
        for (int i = pages.Length - 1; i >= 0; i--)
        {
            int page = pages[i].Page;
            if (page < entries.Length && entries[page] != PrefixTree.None)
            {
                counts.Publish(page, entries[page], roots.Get(pages[i].Root));
                published.Add(page);
            }
        }
    }

    /// <summary>Describes the first violated invariant, or null. Expects a tree without violations.</summary>
    public string? Check() => CheckPages() ?? CheckEvictionOrder() ?? CheckEntries();

    private void ForgetWhere(Predicate<int> condition)
    {
        host.Clear(); // pages that continue one of the removed pages may be on the host
        for (int page = counts.Cached.First; page >= 0;)
        {
            int next = counts.Cached.After(page);
            if (condition(page))
                Evict(page);
            page = next;
        }
    }

    private void Evict(int page)
    {
        int entry = counts.Entry(page);
        tree.Page(entry) = PrefixTree.None;
        if (tree.Slot(entry) == PrefixTree.None)
            tree.Remove(entry);
        counts.Withdraw(page);
        published.Remove(page);
    }

    private string? CheckPages()
    {
        for (int page = 0; page < counts.PageCount; page++)
        {
            int entry = counts.Entry(page);
            if (entry != PrefixTree.None && (!tree.IsAlive(entry) || tree.Page(entry) != page))
                return $"page {page} publishes entry {entry}, which does not refer to it";
            if (entry != PrefixTree.None && !tree.Tokens(entry).SequenceEqual(TokensOf(page)))
                return $"page {page} holds other tokens than its entry {entry}";
        }

        return null;
    }

    private string? CheckEvictionOrder()
    {
        HashSet<int> seen = [];
        for (int page = counts.Cached.First; page >= 0; page = counts.Cached.After(page))
        {
            seen.Add(page);
            int parent = tree.Parent(counts.Entry(page));
            if (parent != PrefixTree.None && seen.Contains(tree.Page(parent)))
                return $"page {page} would be evicted after page {tree.Page(parent)}, which it continues";
        }

        return null;
    }

    private string? CheckEntries()
    {
        for (int entry = 0; entry < tree.Capacity; entry++)
        {
            if (!tree.IsAlive(entry))
                continue;
            int page = tree.Page(entry);
            int parent = tree.Parent(entry);
            if (page == PrefixTree.None && tree.Slot(entry) == PrefixTree.None)
                return $"entry {entry} is alive, but neither in a page nor in a slot";
            if (page != PrefixTree.None && counts.Entry(page) != entry)
                return $"entry {entry} refers to page {page}, which publishes entry {counts.Entry(page)}";
            if (page != PrefixTree.None && parent != PrefixTree.None && tree.Page(parent) == PrefixTree.None)
                return $"entry {entry} is cached, its parent {parent} is not";
        }

        return null;
    }
}
