namespace OrleansInference.Engine.KvCache;

/// <summary>Pages in host memory or in a file, numbered after those of the pool. An evicted page is saved here and restored when a prompt needs it again.</summary>
/// <param name="tree">The entries whose contents the pages hold.</param>
/// <param name="roots">The roots of the entries.</param>
/// <param name="pageCount">Pages of the pool.</param>
/// <param name="count">Pages on the host.</param>
/// <param name="transfers">Receives the copies in both directions.</param>
internal sealed class HostPages(PrefixTree tree, RootTable roots, int pageCount, int count, TransferList transfers)
{
    private readonly HostSlots _slots = new(tree, roots, count);
    private int _allowed = int.MaxValue; // number of restores that the next step still has time for

    public int Count => _slots.Count;

    public int Used => _slots.Used;

    /// <summary>The slots of the pages.</summary>
    internal HostSlots Slots => _slots;

    /// <summary>Number of pages evicted because all slots were in use.</summary>
    public long Evictions => _slots.Evictions;

    /// <summary>Number of pages copied to the host.</summary>
    public long Saves { get; private set; }

    /// <summary>Number of the last restored page, from 1. Its transfer may still be pending.</summary>
    public long LastRestore { get; private set; }

    /// <summary>Whether the next step has time to restore a page.</summary>
    public bool MayRestore => _allowed > 0;

    /// <summary>Sets the number of pages that may be restored before the next step.</summary>
    public void AllowRestores(int pages) => _allowed = pages;

    /// <summary>Saves the contents of a page that is about to be evicted, if there are slots.</summary>
    public void Save(int page, int entry, RootPages owner)
    {
        if (tree.Slot(entry) is var slot and not PrefixTree.None)
        {
            _slots.Touch(slot);
        }
        else if (Count > 0)
        {
            transfers.Add(new PageTransfer(page, pageCount + _slots.Take(entry, owner)));
            Saves++;
        }
    }

    /// <summary>Marks an entry, and its predecessors that are only on the host, as most recently used. The first entry of the chain is marked last.</summary>
    public void Touch(int entry)
    {
        for (; entry != PrefixTree.None && tree.Page(entry) == PrefixTree.None; entry = tree.Parent(entry))
            _slots.Touch(tree.Slot(entry));
    }

    /// <summary>Copies an entry's contents into a page of the pool.</summary>
    /// <returns>Number of the restore; see <see cref="LastRestore"/>.</returns>
    public long Restore(int entry, int page)
    {
        int slot = tree.Slot(entry);
        transfers.Add(new PageTransfer(pageCount + slot, page));
        _slots.MarkLeastRecentlyUsed(slot);
        _allowed--;
        return ++LastRestore;
    }

    /// <summary>Removes all contents.</summary>
    public void Clear() => _slots.Clear();

    /// <summary>Describes the first violated invariant, or null.</summary>
    public string? Check() => _slots.Check();
}
