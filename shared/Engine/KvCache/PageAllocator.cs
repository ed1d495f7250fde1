using System.Diagnostics;
using OrleansInference.Compute;

namespace OrleansInference.Engine.KvCache;

/// <summary>
/// Allocates the pages of one pipeline's pool and keeps computed pages for reuse. A sequence goes through <see cref="Begin"/>, then for each step
/// <see cref="TryReserve"/> and <see cref="Commit"/>, and ends with <see cref="Release"/>.
/// Owned by the router; not thread-safe. It allocates no memory once its arrays have grown.
/// </summary>
/// <remarks>
/// Every full page of a sequence is published at its commit and replaced by an equal page if one exists already. A sequence's full pages are therefore always a path from a root of the
/// <see cref="PrefixTree"/>, and a sequence that holds a page holds all pages before it. Pages are released last first. Eviction in the order of time alone therefore never evicts a
/// page before those that continue it.
/// </remarks>
public sealed partial class PageAllocator
{
    private const int LeftToSequences = 2; // a hold leaves at least 1/LeftToSequences of the pool available

    private readonly PrefixTree _tree;
    private readonly RootTable _roots;
    private readonly PageRefCounts _counts;
    private readonly SequenceList _active = new();
    private long _promptTokens;
    private long _hitTokens;
    private long _copies;
    private long _preemptions;

    /// <param name="pageCount">Pages of the pool, the same on every stage.</param>
    /// <param name="hostPages">Pages on the host, numbered after those of the pool, to which evicted pages are copied. With 0, evicted pages are recomputed.</param>
    public PageAllocator(int pageCount, int hostPages = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pageCount, 1);
        _tree = new PrefixTree(checked(pageCount + hostPages));
        _roots = new RootTable(pageCount, hostPages);
        _counts = new PageRefCounts(pageCount, _roots);
        Transfers = new TransferList(pageCount);
        Host = new HostPages(_tree, _roots, pageCount, hostPages, Transfers);
        Published = new PublishedPages(_tree, _counts);
        Cache = new PrefixCache(_tree, _roots, _counts, Host, Published);
    }

    public int PageCount => _counts.PageCount;

    /// <summary>Number of pages that can be reserved: free or cached.</summary>
    internal int AvailablePages => _counts.Available;

    /// <summary>Copies to carry out before the next step.</summary>
    public TransferList Transfers { get; }

    /// <summary>Evicted pages outside of the pool.</summary>
    internal HostPages Host { get; }

    /// <summary>The page contents that are reported to stages and other routers.</summary>
    public PublishedPages Published { get; }

    /// <summary>The contents of the pages.</summary>
    internal PrefixCache Cache { get; }

    /// <inheritdoc cref="PrefixCache.ForgetUnused"/>
    public void ForgetUnused(IReadOnlySet<int> kept) => Cache.ForgetUnused(kept);

    public PageStatistics Statistics => new()
    {
        Total = PageCount,
        InUse = _counts.InUse,
        Cached = _counts.Cached.Count,
        Free = _counts.Free.Count,
        HostSlots = Host.Count,
        HostSlotsUsed = Host.Used,
        PromptTokens = _promptTokens,
        HitTokens = _hitTokens,
        Evictions = Cache.Evictions,
        HostEvictions = Host.Evictions,
        Saves = Host.Saves,
        Restores = Host.LastRestore,
        Copies = _copies,
        Preemptions = _preemptions,
    };

    /// <summary>
    /// Starts a sequence with the longest prefix of <paramref name="prompt"/> whose full pages are published in the same root. The prompt's last token is never included, so that there
    /// are logits to sample from. Never fails. <see cref="SequencePages.Restoring"/> is set if more pages are on the host and the next step has no time to restore them.
    /// </summary>
    /// <param name="sequence">The sequence.</param>
    /// <param name="root">Root of its chain.</param>
    /// <param name="prompt">Its tokens.</param>
    /// <param name="limit">From now on, the maximum number of pages that the root keeps while no sequence uses them.</param>
    /// <returns>Number of prompt tokens that need not be computed.</returns>
    public int Begin(SequencePages sequence, in PageRoot root, ReadOnlySpan<int> prompt, int limit = int.MaxValue)
    {
        Debug.Assert(prompt.Length > 0 && !sequence.IsActive);
        Open(sequence, root);
        ExtendFromCache(sequence, prompt[..^1]);
        sequence.Owner!.Limit = limit;
        Cache.KeepWithinLimit(sequence.Owner);
        sequence.CachedTokens = sequence.Length;
        sequence.Adopted = sequence.Length > 0;
        _promptTokens += prompt.Length;
        _hitTokens += sequence.Length;
        return sequence.Length;
    }

    /// <summary>
    /// Reserves pages for positions 0 … <paramref name="tokens"/> − 1, all or nothing, evicting cached pages.
    /// A partial last page that other sequences can find is replaced by a copy, which is added to <see cref="Transfers"/>.
    /// </summary>
    /// <returns>Whether the pages are reserved; if not, nothing has changed.</returns>
    public bool TryReserve(SequencePages sequence, int tokens)
    {
        Debug.Assert(sequence.IsActive);
        int last = sequence.Length / KvLayout.PageTokens;
        bool copy = tokens > sequence.Length && sequence.Length % KvLayout.PageTokens != 0 && !_counts.IsWritable(sequence.Pages[last]);
        int more = Math.Max(0, KvLayout.PagesFor(tokens) - sequence.PageCount);
        if (more + (copy ? 1 : 0) > AvailablePages)
            return false;
        if (copy)
            CopyOnWrite(sequence, last);
        for (; more > 0; more--)
        {
            int page = Cache.TakePage();
            _counts.AddReference(page);
            sequence.Add(page);
        }

        return true;
    }

    /// <summary>Records tokens whose keys and values a completed step wrote from position <see cref="SequencePages.Length"/> on, and publishes the pages that became full.</summary>
    /// <param name="sequence">The sequence, which has reserved the pages by <see cref="TryReserve"/>.</param>
    /// <param name="tokens">The tokens, without guesses that were rejected.</param>
    public void Commit(SequencePages sequence, ReadOnlySpan<int> tokens)
    {
        Debug.Assert(sequence.IsActive && sequence.Length + tokens.Length <= sequence.Capacity);
        while (tokens.Length > 0)
        {
            int index = sequence.Length / KvLayout.PageTokens;
            int offset = sequence.Length % KvLayout.PageTokens;
            int page = sequence.Pages[index];
            Debug.Assert(_counts.Entry(page) == PrefixTree.None);
            int count = Math.Min(tokens.Length, KvLayout.PageTokens - offset);
            tokens[..count].CopyTo(Cache.TokensOf(page)[offset..]);
            tokens = tokens[count..];
            sequence.Length += count;
            if (offset + count == KvLayout.PageTokens)
                Publish(sequence, index);
        }
    }

    /// <summary>
    /// Starts <paramref name="child"/> on the same pages with all tokens that <paramref name="parent"/> has committed.
    /// The caller calls it between the parent's commit and its next reservation.
    /// </summary>
    public void Fork(SequencePages parent, SequencePages child)
    {
        Debug.Assert(parent.IsActive && !child.IsActive);
        foreach (int page in parent.Pages[..KvLayout.PagesFor(parent.Length)])
        {
            _counts.AddReference(page);
            child.Add(page);
        }

        Open(child, parent.Root);
        child.Length = parent.Length;
        child.CachedTokens = parent.CachedTokens;
        child.Adopted = parent.Adopted; // the commit may have replaced a page of the parent by a cached one
    }

    /// <summary>Keeps the first <paramref name="length"/> committed tokens and releases all pages after them, including reserved ones.</summary>
    public void Truncate(SequencePages sequence, int length)
    {
        Debug.Assert(length <= sequence.Length);
        int keep = KvLayout.PagesFor(length);
        while (sequence.PageCount > keep)
            _counts.RemoveReference(sequence.RemoveLast());
        sequence.Length = length;
        if (sequence.IsActive)
            Cache.KeepWithinLimit(sequence.Owner!);
    }

    /// <summary>Ends a sequence. Its full pages stay cached; the others become free.</summary>
    public void Release(SequencePages sequence)
    {
        if (!sequence.IsActive)
            return;
        Truncate(sequence, 0);
        _active.Remove(sequence);
        sequence.IsActive = false;
        sequence.Owner!.Sequences--;
        _roots.RemoveUnused(sequence.Owner);
        sequence.Owner = null;
        sequence.CachedTokens = 0;
    }

    /// <summary>Releases a sequence that continues later: <see cref="Begin"/> with its tokens then finds the pages that are still cached.</summary>
    internal void Preempt(SequencePages sequence)
    {
        Release(sequence);
        _preemptions++;
    }

    /// <summary>
    /// Holds the cached pages of a chain, and as many unused pages as are recomputed for comparison, until both are released. Leaves enough pages for sequences to start.
    /// </summary>
    /// <param name="root">Root of the chain.</param>
    /// <param name="tokens">Tokens of the chain, in whole pages.</param>
    /// <param name="first">Index of the first page to recompute.</param>
    /// <param name="held">Receives the chain's pages.</param>
    /// <param name="scratch">Receives the unused pages, which no other sequence can find.</param>
    public PageHold TryHold(in PageRoot root, ReadOnlySpan<int> tokens, int first, SequencePages held, SequencePages scratch)
    {
        Debug.Assert(tokens.Length % KvLayout.PageTokens == 0 && !held.IsActive && !scratch.IsActive);
        Open(held, root);
        Host.AllowRestores(0);
        ExtendFromCache(held, tokens);
        if (held.Length < tokens.Length || held.Pages.ToArray().Any(page => !Published.IsReported(page)))
        {
            Release(held);
            return PageHold.NotCached;
        }

        int wanted = (tokens.Length / KvLayout.PageTokens) - first;
        Open(scratch, root);
        if (AvailablePages - wanted < PageCount / LeftToSequences || !TryReserve(scratch, wanted * KvLayout.PageTokens))
        {
            Release(scratch);
            Release(held);
            return PageHold.NoRoom;
        }

        return PageHold.Held;
    }

    /// <summary>
    /// Returns whether the last report of <see cref="Published"/> includes the removal of the former contents of these pages, and no pending transfer copies from them.
    /// </summary>
    public bool AreReported(SequencePages pages)
    {
        foreach (int page in pages.Pages)
        {
            if (Published.IsChanged(page) || Transfers.Reads(page))
                return false;
        }

        return true;
    }

    private void Open(SequencePages sequence, in PageRoot root)
    {
        sequence.IsActive = true;
        sequence.Root = root;
        sequence.Owner = _roots.Get(root);
        sequence.Owner.Sequences++;
        sequence.Restoring = false;
        _active.AddLast(sequence);
    }

    private void ExtendFromCache(SequencePages sequence, ReadOnlySpan<int> prompt)
    {
        int parent = PrefixTree.None;
        bool restores = false;
        for (int index = 0; (index + 1) * KvLayout.PageTokens <= prompt.Length; index++)
        {
            int entry = Cache.Find(parent, sequence.Root, prompt, index);
            if (entry == PrefixTree.None)
                return;
            if (Cache.PageOf(entry) == PrefixTree.None)
            {
                if (!restores)
                    Cache.KeepOnHost(entry, sequence.Root, prompt, index);
                restores = true;
                sequence.Restoring = AvailablePages > 0 && !Host.MayRestore;
                if (AvailablePages == 0 || sequence.Restoring || !Cache.TryRestore(entry, sequence.Owner!))
                    return;
            }

            _counts.AddReference(Cache.PageOf(entry));
            sequence.Add(Cache.PageOf(entry));
            sequence.Length += KvLayout.PageTokens;
            parent = entry;
        }
    }

    private void Publish(SequencePages sequence, int index)
    {
        int page = sequence.Pages[index];
        int published = Cache.Publish(page, index == 0 ? PrefixTree.None : _counts.Entry(sequence.Pages[index - 1]), sequence.Owner!);
        if (published != page)
        {
            _counts.AddReference(published);
            _counts.RemoveReference(page);
            sequence.Set(index, published);
            sequence.Adopted = true;
        }
    }

    private void CopyOnWrite(SequencePages sequence, int index)
    {
        int from = sequence.Pages[index];
        int to = Cache.TakePage();
        _counts.AddReference(to);
        Cache.TokensOf(from).CopyTo(Cache.TokensOf(to));
        sequence.Set(index, to);
        _counts.RemoveReference(from);
        Transfers.Add(new PageTransfer(from, to));
        Cache.KeepWithinLimit(sequence.Owner!);
        _copies++;
    }
}
