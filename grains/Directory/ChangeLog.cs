namespace OrleansInference.Grains.Directory;

/// <summary>
/// Log of the entries that changed since a version. Each change raises the version. An entry is stored only at its last change, so the log grows with the
/// entries and not with the changes.
/// </summary>
/// <remarks>The log keeps the last removed entries. It does not cover versions before those: a reader with such a version needs all entries.</remarks>
/// <param name="removalsKept">Number of removed entries that the log keeps.</param>
internal sealed class ChangeLog<TKey>(int removalsKept)
    where TKey : notnull
{
    private readonly LinkedList<Change> _changes = new(); // oldest first
    private readonly Dictionary<TKey, LinkedListNode<Change>> _byKey = [];
    private readonly Queue<Change> _removals = new(); // some of them outdated: their entries came back
    private long _covered = 1; // the earliest version since which all changes are known

    /// <summary>Version of the last change; 1 before the first.</summary>
    public long Version { get; private set; } = 1;

    /// <summary>Whether the log knows all changes after a version.</summary>
    public bool Covers(long version) => version >= _covered && version <= Version;

    /// <summary>Records that an entry was added or changed.</summary>
    public void Touch(TKey key) => Add(key, removed: false);

    /// <summary>Records that an entry was removed.</summary>
    public void Remove(TKey key)
    {
        _removals.Enqueue(Add(key, removed: true));
        while (_removals.Count > removalsKept)
        {
            Change oldest = _removals.Dequeue();
            if (_byKey.TryGetValue(oldest.Key, out LinkedListNode<Change>? last) && last.Value == oldest)
            {
                _covered = oldest.Version;
                Forget(oldest.Key);
            }
        }
    }

    /// <summary>Removes an entry whose removal is implied by that of another entry.</summary>
    public void Forget(TKey key)
    {
        if (_byKey.Remove(key, out LinkedListNode<Change>? known))
        {
            _changes.Remove(known);
        }
    }

    /// <summary>Returns the entries that changed after a version, the latest change first.</summary>
    public IEnumerable<TKey> Since(long version)
    {
        for (LinkedListNode<Change>? change = _changes.Last; change is not null && change.Value.Version > version; change = change.Previous)
        {
            yield return change.Value.Key;
        }
    }

    private Change Add(TKey key, bool removed)
    {
        Forget(key);
        Change change = new(key, ++Version, removed);
        _byKey[key] = _changes.AddLast(change);
        return change;
    }

    private readonly record struct Change(TKey Key, long Version, bool Removed);
}
