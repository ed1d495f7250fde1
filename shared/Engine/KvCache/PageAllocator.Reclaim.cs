using OrleansInference.Compute;

namespace OrleansInference.Engine.KvCache;

/// <summary>Where pages come from when none is free, and the way to the host and back.</summary>
internal sealed partial class PageAllocator
{
    /// <summary>
    /// Forgets all contents that no active sequence holds, leases and host slots among them: after a stage was lost they are nowhere complete.
    /// </summary>
    /// <param name="kept">Pages that are kept nevertheless, with all that they continue.</param>
    public void ForgetUnused(IReadOnlySet<int>? kept = null)
    {
        while (_leases.First is { } lease)
            Release(lease);
        ForgetHost();
        for (int page = _uses.Cached.First; page >= 0;)
        {
            int next = _uses.Cached.After(page);
            if (kept?.Contains(page) != true)
                Evict(page);
            page = next;
        }
    }

    /// <summary>Forgets what lies beside the pool.</summary>
    public void ForgetHost() => _host.Clear();

    /// <summary>Number of the last page that was brought back, or is to be by one of the <see cref="Transfers"/>.</summary>
    public long LastRestore { get; private set; }

    /// <summary>Says that all stages have brought pages back, up to a number that <see cref="LastRestore"/> had: until then nobody else is told of them, as a stage may be lost before it has.</summary>
    public void ConfirmRestores(long last)
    {
        if (_unconfirmed.Count == 0)
            return;
        foreach ((int page, long number) in _unconfirmed.ToArray())
        {
            if (number > last)
                continue;
            _unconfirmed.Remove(page);
            if (_uses.Changed is { } changed && !changed.Contains(page))
                changed.AddLast(page);
        }
    }

    /// <summary>Takes the restores out of <see cref="Transfers"/>.</summary>
    /// <returns>The pages that they were to fill.</returns>
    public HashSet<int> TakePendingRestores()
    {
        HashSet<int> pending = [];
        int kept = 0;
        foreach (PageTransfer transfer in Transfers)
        {
            if (transfer.From >= PageCount)
                pending.Add(transfer.To);
            else
                _transfers[kept++] = transfer;
        }

        _transferCount = kept;
        return pending;
    }

    /// <summary>Begins a step: as many pages are brought back from beside the pool before it as this says.</summary>
    public void AllowRestores(int pages) => _restores = pages;

    /// <summary>Forgets the contents of pages that no active sequence holds, and what lies beside the pool, and breaks the leases that hold any of them. With a page those that continue it must be among them.</summary>
    public void Forget(IReadOnlySet<int> pages)
    {
        ForgetHost(); // what continues one of the pages may be there
        for (SequencePages? lease = _leases.First; lease is not null;)
        {
            SequencePages? next = lease.Next;
            if (lease.Pages.ToArray().Any(pages.Contains))
                Release(lease);
            lease = next;
        }

        for (int page = _uses.Cached.First; page >= 0;)
        {
            int next = _uses.Cached.After(page);
            if (pages.Contains(page))
                Evict(page);
            page = next;
        }
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
            Save(page, entry);
        Evict(page);
        _events = _events with { Evictions = _events.Evictions + 1 };
        return page;
    }

    private void Evict(int page)
    {
        int entry = _uses.Entry(page);
        _unconfirmed.Remove(page);
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
        Transfer(new PageTransfer(from, to));
        _events = _events with { Copies = _events.Copies + 1 };
    }

    private bool TryLoad(SequencePages sequence, int entry)
    {
        if (AvailablePages == 0)
            return false;
        sequence.Restoring = _restores == 0;
        if (sequence.Restoring)
            return false;
        int page = TakePage();
        int slot = _tree.Slot(entry);
        // Making room may have cost this very slot; the entry is gone then.
        if (slot == PrefixTree.None)
            return false;
        _restores--;
        _unconfirmed[page] = ++LastRestore;
        Transfer(new PageTransfer(PageCount + slot, page));
        _tree.Tokens(entry).CopyTo(TokensOf(page));
        _tree.Page(entry) = page;
        _uses.SetEntry(page, entry);
        _host.Spare(slot);
        _events = _events with { Restores = _events.Restores + 1 };
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

    private void Save(int page, int entry)
    {
        Transfer(new PageTransfer(page, PageCount + _host.Take(entry)));
        _events = _events with { Saves = _events.Saves + 1 };
    }

    private void Transfer(PageTransfer transfer)
    {
        if (_transferCount == _transfers.Length)
            Array.Resize(ref _transfers, _transferCount * 2);
        _transfers[_transferCount++] = transfer;
    }
}
