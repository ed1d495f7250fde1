using OrleansInference.Compute;
using OrleansInference.Models;

namespace OrleansInference.Engine.KvCache;

/// <summary>The allocator's invariants, checked from scratch.</summary>
internal sealed partial class PageAllocator
{
    /// <summary>Checks every invariant; for idle moments and tests, as it takes time in proportion to the pool.</summary>
    /// <exception cref="InferenceException"><see cref="ErrorCode.Internal"/>: the first violation.</exception>
    public void IntegrityCheck()
    {
        if (FindViolation() is { } violation)
            InferenceException.Throw(ErrorCode.Internal, $"Page allocator: {violation}.");
    }

    /// <summary>The first violated invariant in words, or null.</summary>
    public string? FindViolation() => CheckReferences() ?? CheckPages() ?? CheckEvictionOrder() ?? CheckTree() ?? _host.Check();

    private string? CheckReferences()
    {
        int[] active = new int[PageCount];
        int[] leased = new int[PageCount];
        string? violation = Count(_active, SequencePagesState.Active, active) ?? Count(_leases, SequencePagesState.Leased, leased);
        for (int page = 0; page < PageCount && violation is null; page++)
        {
            if (_uses.Active(page) != active[page] || _uses.Leased(page) != leased[page])
            {
                violation = $"page {page} has {_uses.Active(page)} active and {_uses.Leased(page)} leased references, " +
                    $"the page tables {active[page]} and {leased[page]}";
            }
        }

        return violation;
    }

    private string? Count(SequenceList list, SequencePagesState state, int[] counts)
    {
        for (SequencePages? sequence = list.First; sequence is not null; sequence = sequence.Next)
        {
            if (sequence.State != state || sequence.Length > sequence.Capacity)
                return $"a sequence of {sequence.Length} tokens on {sequence.PageCount} pages is {sequence.State}, listed as {state}";
            int parent = PrefixTree.None;
            for (int index = 0; index < sequence.PageCount; index++)
            {
                int page = sequence.Pages[index];
                counts[page]++;
                if ((index + 1) * KvLayout.PageTokens > sequence.Length)
                    continue;
                int entry = _uses.Entry(page);
                if (entry == PrefixTree.None || _tree.Parent(entry) != parent || _tree.Root(entry) != sequence.Root)
                    return $"page {page} is full, but not published as page {index} of its sequence";
                parent = entry;
            }
        }

        return null;
    }

    private string? CheckPages()
    {
        int[] totals = new int[4];
        for (int page = 0; page < PageCount; page++)
        {
            PageUse use = _uses.Use(page);
            totals[(int)use]++;
            if (_uses.Free.Contains(page) != (use == PageUse.Free) || _uses.Cached.Contains(page) != (use == PageUse.Cached))
                return $"page {page} is {use}, its lists say otherwise";
            int entry = _uses.Entry(page);
            if (entry != PrefixTree.None && (!_tree.IsAlive(entry) || _tree.Page(entry) != page))
                return $"page {page} publishes entry {entry}, which does not name it back";
            if (entry != PrefixTree.None && !_tree.Tokens(entry).SequenceEqual(TokensOf(page)))
                return $"page {page} holds other tokens than its entry {entry}";
        }

        foreach (PageUse use in Enum.GetValues<PageUse>())
        {
            if (_uses.Total(use) != totals[(int)use])
                return $"{_uses.Total(use)} pages are counted as {use}, {totals[(int)use]} are";
        }

        return totals.Sum() == PageCount ? null : $"{totals.Sum()} pages of {PageCount} have a use";
    }

    private string? CheckEvictionOrder()
    {
        HashSet<int> seen = [];
        for (int page = _uses.Cached.First; page >= 0; page = _uses.Cached.After(page))
        {
            seen.Add(page);
            int parent = _tree.Parent(_uses.Entry(page));
            if (parent != PrefixTree.None && seen.Contains(_tree.Page(parent)))
                return $"page {page} would be evicted after page {_tree.Page(parent)}, which it continues";
        }

        return seen.Count == _uses.Cached.Count ? null : $"the eviction order has {seen.Count} pages and counts {_uses.Cached.Count}";
    }

    private string? CheckTree()
    {
        int[] children = new int[_tree.Capacity];
        int alive = 0;
        for (int entry = 0; entry < _tree.Capacity; entry++)
        {
            if (!_tree.IsAlive(entry))
                continue;
            alive++;
            int parent = _tree.Parent(entry);
            int page = _tree.Page(entry);
            if (page == PrefixTree.None && _tree.Slot(entry) == PrefixTree.None)
                return $"entry {entry} is alive, but nowhere";
            if (page != PrefixTree.None && _uses.Entry(page) != entry)
                return $"entry {entry} names page {page}, which publishes entry {_uses.Entry(page)}";
            if (_tree.NameAfter(parent, _tree.Root(entry), _tree.Tokens(entry)) != _tree.Name(entry))
                return $"entry {entry} does not have the name of its contents";
            if (_tree.Find(parent, _tree.Root(entry), _tree.Name(entry), _tree.Tokens(entry)) != entry)
                return $"entry {entry} is not found by its name";
            if (parent == PrefixTree.None)
                continue;
            children[parent]++;
            if (!_tree.IsAlive(parent) || (page != PrefixTree.None && _tree.Page(parent) == PrefixTree.None))
                return $"entry {entry} is cached, its parent {parent} is not";
        }

        for (int entry = 0; entry < _tree.Capacity; entry++)
        {
            if (_tree.IsAlive(entry) && _tree.Children(entry) != children[entry])
                return $"entry {entry} counts {_tree.Children(entry)} children, {children[entry]} are there";
        }

        return alive == _tree.Count ? null : $"{alive} entries are alive, {_tree.Count} are counted";
    }
}
