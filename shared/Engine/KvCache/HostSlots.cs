using System.Diagnostics;

namespace OrleansInference.Engine.KvCache;

/// <summary>
/// The entries of the <see cref="PrefixTree"/> by slot of host memory (or of a file), least recently used first. An entry that is only here precedes its parent, so that leaves are
/// evicted before roots.
/// </summary>
internal sealed class HostSlots
{
    private readonly PrefixTree _tree;
    private readonly RootTable _roots;
    private readonly RootPages?[] _owners; // [slots], valid where used
    private readonly int[] _entries; // [slots], PrefixTree.None where free
    private readonly NumberList _free;
    private readonly NumberList _used;

    /// <param name="tree">Owns the entries.</param>
    /// <param name="roots">The roots of the entries.</param>
    /// <param name="count">Number of slots.</param>
    public HostSlots(PrefixTree tree, RootTable roots, int count)
    {
        _tree = tree;
        _roots = roots;
        _owners = new RootPages?[count];
        _entries = new int[count];
        _free = new NumberList(count);
        _used = new NumberList(count);
        for (int slot = 0; slot < count; slot++)
        {
            _entries[slot] = PrefixTree.None;
            _free.AddLast(slot);
        }
    }

    public int Count => _entries.Length;

    public int Used => _used.Count;

    /// <summary>The slots in use, least recently used first.</summary>
    internal NumberList UsedSlots => _used;

    /// <summary>Number of entries evicted because all slots were in use.</summary>
    public long Evictions { get; private set; }

    /// <summary>Returns the entry of a slot.</summary>
    public int Entry(int slot) => _entries[slot];

    /// <summary>Assigns a slot to <paramref name="entry"/>, evicting the least recently used one when none is free.</summary>
    public int Take(int entry, RootPages owner)
    {
        Debug.Assert(Count > 0 && _tree.Slot(entry) == PrefixTree.None);
        if (_free.Count == 0)
        {
            Drop(_used.First);
            Evictions++;
        }

        int slot = _free.First;
        _free.Remove(slot);
        _used.AddLast(slot);
        owner.Saved.AddLast(slot);
        _owners[slot] = owner;
        _entries[slot] = entry;
        _tree.Slot(entry) = slot;
        return slot;
    }

    /// <summary>Marks a slot as most recently used.</summary>
    public void Touch(int slot)
    {
        _used.MoveLast(slot);
        _owners[slot]!.Saved.MoveLast(slot);
    }

    /// <summary>Marks a slot as least recently used, because its contents are on the device again.</summary>
    public void MarkLeastRecentlyUsed(int slot)
    {
        _used.MoveFirst(slot);
        _owners[slot]!.Saved.MoveFirst(slot);
    }

    /// <summary>Frees every slot, and removes the entries that are only here.</summary>
    public void Clear()
    {
        while (_used.Count > 0)
            Drop(_used.First);
    }

    /// <summary>Frees a slot. The entry is removed if it is only here.</summary>
    public void Drop(int slot)
    {
        int entry = _entries[slot];
        _entries[slot] = PrefixTree.None;
        _tree.Slot(entry) = PrefixTree.None;
        if (_tree.Page(entry) == PrefixTree.None)
            _tree.Remove(entry);
        _used.Remove(slot);
        _free.AddLast(slot);
        _owners[slot]!.Saved.Remove(slot);
        _roots.RemoveUnused(_owners[slot]!);
    }

    /// <summary>Describes the first violated invariant, or null.</summary>
    public string? Check()
    {
        if (_used.Count + _free.Count != Count)
            return $"host slots: {_used.Count} used and {_free.Count} free do not add up to {Count}";
        HashSet<int> seen = [];
        for (int slot = _used.First; slot >= 0; slot = _used.After(slot))
        {
            int entry = _entries[slot];
            if (entry == PrefixTree.None || !_tree.IsAlive(entry) || _tree.Slot(entry) != slot)
                return $"host slot {slot} refers to entry {entry}, which does not refer to it";
            seen.Add(entry);
            int parent = _tree.Parent(entry);
            if (_tree.Page(entry) == PrefixTree.None && parent != PrefixTree.None && _tree.Page(parent) == PrefixTree.None && seen.Contains(parent))
                return $"host slot {slot}: entry {entry} would outlive its parent {parent}";
        }

        return null;
    }
}
