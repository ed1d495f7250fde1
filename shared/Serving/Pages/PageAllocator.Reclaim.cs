using OrleansInference.Compute;

namespace OrleansInference.Serving.Pages;

/// <summary>Where pages come from when none is free, and the way to the host and back.</summary>
internal sealed partial class PageAllocator
{
    /// <summary>
    /// Writes the pages that would be evicted next to free host slots while there is nothing better to do, so that evicting them costs nothing later.
    /// </summary>
    /// <param name="maxPages">Transfers to add at most.</param>
    /// <returns>Transfers added.</returns>
    public int SaveAhead(int maxPages)
    {
        int saved = 0;
        for (int page = _uses.Cached.First; page >= 0 && saved < maxPages && _host.Free > 0; page = _uses.Cached.After(page))
        {
            int entry = _uses.Entry(page);
            if (_tree.Slot(entry) != PrefixTree.None)
                continue;
            Save(page, _host.Take(entry));
            saved++;
        }

        return saved;
    }

    /// <summary>
    /// Forgets all contents that no active sequence holds, leases and host slots among them: after a stage was lost they are nowhere complete.
    /// </summary>
    public void ForgetUnused()
    {
        while (_leases.First is { } lease)
            Release(lease);
        _host.Clear();
        while (_uses.Cached.Count > 0)
            Evict(_uses.Cached.First);
    }

    // A free page, not yet referenced. There must be an available one.
    private int TakePage()
    {
        while (_uses.Free.Count == 0 && _uses.Cached.Count == 0)
        {
            Release(_leases.First!);
            _events = _events with { BrokenLeases = _events.BrokenLeases + 1 };
        }

        if (_uses.Free.Count > 0)
            return _uses.Free.First;

        int page = _uses.Cached.First;
        int entry = _uses.Entry(page);
        if (_tree.Slot(entry) != PrefixTree.None)
            _host.Touch(_tree.Slot(entry));
        else if (_host.Count > 0)
            Save(page, _host.Take(entry));
        Evict(page);
        _events = _events with { Evictions = _events.Evictions + 1 };
        return page;
    }

    private void Evict(int page)
    {
        int entry = _uses.Entry(page);
        _tree.Page(entry) = PrefixTree.None;
        if (_tree.Slot(entry) == PrefixTree.None)
            _tree.Remove(entry);
        _uses.SetEntry(page, PrefixTree.None);
    }

    private void CopyOnWrite(SequencePages sequence, int index)
    {
        int from = sequence.Pages[index];
        int to = TakePage();
        _uses.Change(to, 1, 0);
        TokensOf(from).CopyTo(TokensOf(to));
        sequence.Set(index, to);
        _uses.Change(from, -1, 0);
        Transfer(new PageTransfer(PageTransferKind.Copy, from, to));
        _events = _events with { Copies = _events.Copies + 1 };
    }

    private bool TryLoad(int entry)
    {
        if (AvailablePages == 0)
            return false;
        int page = TakePage();
        int slot = _tree.Slot(entry);
        // Making room may have cost this very slot; the entry is gone then.
        if (slot == PrefixTree.None)
            return false;
        _tree.Tokens(entry).CopyTo(TokensOf(page));
        _tree.Page(entry) = page;
        _uses.SetEntry(page, entry);
        _host.Spare(slot);
        Transfer(new PageTransfer(PageTransferKind.Load, slot, page));
        _events = _events with { HostHitTokens = _events.HostHitTokens + KvLayout.PageTokens };
        return true;
    }

    // Keeps the slots of the pages about to be loaded, the first of which is entry, from being taken for what makes room for them.
    private void TouchPath(int entry, in PageRoot root, ReadOnlySpan<int> prompt, int index)
    {
        int last = entry;
        while ((++index + 1) * KvLayout.PageTokens <= prompt.Length && FindPage(last, root, prompt, index) is var next and not PrefixTree.None)
            last = next;
        for (; last != PrefixTree.None && _tree.Page(last) == PrefixTree.None; last = _tree.Parent(last))
            _host.Touch(_tree.Slot(last));
    }

    private void Save(int page, int slot)
    {
        Transfer(new PageTransfer(PageTransferKind.Save, page, slot));
        _events = _events with { Saves = _events.Saves + 1 };
    }

    private void Transfer(PageTransfer transfer)
    {
        if (_transferCount == _transfers.Length)
            Array.Resize(ref _transfers, _transferCount * 2);
        _transfers[_transferCount++] = transfer;
    }
}
