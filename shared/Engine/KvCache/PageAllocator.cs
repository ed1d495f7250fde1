using System.Diagnostics;
using OrleansInference.Compute;

namespace OrleansInference.Engine.KvCache;

/// <summary>
/// Hands out the pages of one pipeline's pool and keeps what was computed for reuse. A sequence goes through <see cref="Begin"/>, then for each step
/// <see cref="TryReserve"/> and <see cref="Commit"/>, and ends with <see cref="Release"/> or, where a session may go on later, <see cref="Lease"/>.
/// Owned by the router; not safe for concurrent use. Nothing is allocated once the arrays have grown.
/// </summary>
/// <remarks>
/// Every full page of a sequence is published at its commit and replaced by an equal page that exists already, so a sequence's full pages are always a
/// path from a root of the <see cref="PrefixTree"/>, and who holds a page holds all pages before it. Pages are let go last first. Hence the eviction
/// order by time alone never evicts a page before those that continue it.
/// </remarks>
internal sealed partial class PageAllocator
{
    private readonly PrefixTree _tree;
    private readonly PageRefCounts _uses;
    private readonly HostSlots _host;
    private readonly int[] _tokens; // [pages, PageTokens]: the tokens whose keys and values a page holds
    private readonly SequenceList _active = new();
    private readonly SequenceList _leases = new();
    private PageTransfer[] _transfers = new PageTransfer[16];
    private int _transferCount;
    private int _restores = int.MaxValue; // that are left for this step
    private readonly Dictionary<int, long> _unconfirmed = []; // pages brought back by a step that has not come back, with the number of each
    private PageStatistics _events;

    /// <param name="pageCount">Pages of the pool, the same on every stage.</param>
    /// <param name="hostPages">Pages beside the pool, with the numbers after it: evicted pages are copied there and back. With 0 they are computed again.</param>
    public PageAllocator(int pageCount, int hostPages = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pageCount, 1);
        _tree = new PrefixTree(checked(pageCount + hostPages));
        _uses = new PageRefCounts(pageCount);
        _host = new HostSlots(_tree, hostPages);
        _tokens = new int[checked(pageCount * KvLayout.PageTokens)];
    }

    public int PageCount => _uses.PageCount;

    /// <summary>Pages that a reservation can get: free, cached, or kept warm for idle sessions.</summary>
    public int AvailablePages => PageCount - _uses.Total(PageUse.InUse);

    /// <summary>Copies to carry out before the next step, in this order; they wait here until <see cref="ClearTransfers"/>.</summary>
    public ReadOnlySpan<PageTransfer> Transfers => _transfers.AsSpan(0, _transferCount);

    public PageStatistics Statistics => _events with
    {
        Total = PageCount,
        InUse = _uses.Total(PageUse.InUse),
        Warm = _uses.Total(PageUse.Warm),
        Cached = _uses.Total(PageUse.Cached),
        Free = _uses.Total(PageUse.Free),
        HostSlots = _host.Count,
        HostSlotsUsed = _host.Used,
        HostEvictions = _host.Evictions,
    };

    /// <summary>Says that the transfers have become part of a submitted step.</summary>
    public void ClearTransfers() => _transferCount = 0;

    /// <summary>
    /// Starts a sequence, new or leased, with the longest prefix of <paramref name="prompt"/> whose pages are there: full pages published in the same root, and
    /// of the session's own lease also a part of a page. The prompt's last token is never among them, so that there are logits to sample from. Never fails.
    /// Where <see cref="SequencePages.Restoring"/> says so afterwards, there are more, which this step has no time to bring back.
    /// </summary>
    /// <returns>Prompt tokens that need not be computed.</returns>
    public int Begin(SequencePages sequence, in PageRoot root, ReadOnlySpan<int> prompt)
    {
        Debug.Assert(prompt.Length > 0 && sequence.State != SequencePagesState.Active);
        if (sequence.State == SequencePagesState.Leased)
        {
            Hold(sequence, SequencePagesState.Active);
            Truncate(sequence, sequence.Root == root ? CommonLength(sequence, prompt[..^1]) : 0);
        }
        else
        {
            sequence.State = SequencePagesState.Active;
            _active.AddLast(sequence);
        }

        sequence.Root = root;
        sequence.Restoring = false;
        ExtendFromCache(sequence, prompt[..^1]);
        sequence.CachedTokens = sequence.Length;
        sequence.Adopted = sequence.Length > 0;
        _events = _events with { PromptTokens = _events.PromptTokens + prompt.Length, HitTokens = _events.HitTokens + sequence.Length };
        return sequence.Length;
    }

    /// <summary>
    /// Makes room for positions 0 … <paramref name="tokens"/> − 1, all or nothing, evicting what nobody needs and then the oldest leases.
    /// A partial last page that others can see is replaced by a copy of it, reported in <see cref="Transfers"/>.
    /// </summary>
    /// <returns>Whether the room is there; if not, nothing has changed.</returns>
    public bool TryReserve(SequencePages sequence, int tokens)
    {
        Debug.Assert(sequence.State == SequencePagesState.Active);
        int last = sequence.Length / KvLayout.PageTokens;
        bool copy = tokens > sequence.Length && sequence.Length % KvLayout.PageTokens != 0 && !_uses.IsWritable(sequence.Pages[last]);
        int more = Math.Max(0, KvLayout.PagesFor(tokens) - sequence.PageCount);
        if (more + (copy ? 1 : 0) > AvailablePages)
            return false;
        if (copy)
            CopyOnWrite(sequence, last);
        for (; more > 0; more--)
        {
            int page = TakePage();
            _uses.Change(page, 1, 0);
            sequence.Add(page);
        }

        return true;
    }

    /// <summary>
    /// Records tokens whose keys and values a finished step wrote at positions <see cref="SequencePages.Length"/> and following;
    /// pages that are full now can be shared.
    /// </summary>
    /// <param name="sequence">With room for them by <see cref="TryReserve"/>.</param>
    /// <param name="tokens">Without speculated tokens that were rejected.</param>
    public void Commit(SequencePages sequence, ReadOnlySpan<int> tokens)
    {
        Debug.Assert(sequence.State == SequencePagesState.Active && sequence.Length + tokens.Length <= sequence.Capacity);
        while (tokens.Length > 0)
        {
            int index = sequence.Length / KvLayout.PageTokens;
            int offset = sequence.Length % KvLayout.PageTokens;
            int page = sequence.Pages[index];
            Debug.Assert(_uses.Entry(page) == PrefixTree.None);
            int count = Math.Min(tokens.Length, KvLayout.PageTokens - offset);
            tokens[..count].CopyTo(TokensOf(page)[offset..]);
            tokens = tokens[count..];
            sequence.Length += count;
            if (offset + count == KvLayout.PageTokens)
                Publish(sequence, index);
        }
    }

    /// <summary>
    /// Starts <paramref name="child"/> with everything that <paramref name="parent"/> has committed, on the same pages.
    /// Call it between the parent's commit and its next reservation.
    /// </summary>
    public void Fork(SequencePages parent, SequencePages child)
    {
        Debug.Assert(parent.State == SequencePagesState.Active && child.State == SequencePagesState.Empty);
        foreach (int page in parent.Pages[..KvLayout.PagesFor(parent.Length)])
        {
            _uses.Change(page, 1, 0);
            child.Add(page);
        }

        child.State = SequencePagesState.Active;
        child.Root = parent.Root;
        child.Restoring = false;
        child.Length = parent.Length;
        child.CachedTokens = parent.CachedTokens;
        _active.AddLast(child);
    }

    /// <summary>Keeps the first <paramref name="length"/> committed tokens and gives back all pages after them, reserved ones too.</summary>
    public void Truncate(SequencePages sequence, int length)
    {
        Debug.Assert(length <= sequence.Length);
        int keep = KvLayout.PagesFor(length);
        bool leased = sequence.State == SequencePagesState.Leased;
        while (sequence.PageCount > keep)
            _uses.Change(sequence.RemoveLast(), leased ? 0 : -1, leased ? -1 : 0);
        sequence.Length = length;
    }

    /// <summary>Ends a sequence or a lease: its full pages stay cached, the others are free.</summary>
    public void Release(SequencePages sequence)
    {
        if (sequence.State == SequencePagesState.Empty)
            return;
        Truncate(sequence, 0);
        (sequence.State == SequencePagesState.Leased ? _leases : _active).Remove(sequence);
        sequence.State = SequencePagesState.Empty;
        sequence.CachedTokens = 0;
    }

    /// <summary>Takes an active sequence's pages away for others; <see cref="Begin"/> with its tokens so far finds what is still cached.</summary>
    public void Preempt(SequencePages sequence)
    {
        Release(sequence);
        _events = _events with { Preemptions = _events.Preemptions + 1 };
    }

    /// <summary>
    /// Keeps an idle session's pages, the partial last one too, until pages are short; then the state becomes
    /// <see cref="SequencePagesState.Empty"/> and full pages count as cached.
    /// </summary>
    public void Lease(SequencePages sequence)
    {
        Debug.Assert(sequence.State == SequencePagesState.Active);
        Truncate(sequence, sequence.Length);
        if (sequence.Length == 0)
            Release(sequence);
        else
            Hold(sequence, SequencePagesState.Leased);
    }

    private void Hold(SequencePages sequence, SequencePagesState state)
    {
        bool lease = state == SequencePagesState.Leased;
        (lease ? _active : _leases).Remove(sequence);
        (lease ? _leases : _active).AddLast(sequence);
        foreach (int page in sequence.Pages)
            _uses.Change(page, lease ? -1 : 1, lease ? 1 : -1);
        sequence.State = state;
    }

    private Span<int> TokensOf(int page) => _tokens.AsSpan(page * KvLayout.PageTokens, KvLayout.PageTokens);
}
