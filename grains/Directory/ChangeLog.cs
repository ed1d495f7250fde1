namespace OrleansInference.Grains.Directory;

/// <summary>Which entries changed since a version. Each change raises the version; an entry stands at its last change alone, so the log grows with the entries and not with the changes.</summary>
/// <remarks>Of removed entries the last ones are kept. A version from before the others is not covered any more: its holder needs all entries.</remarks>
/// <param name="removalsKept">How many removed entries are kept.</param>
internal sealed class ChangeLog<TKey>(int removalsKept)
    where TKey : notnull
{
    private readonly LinkedList<Change> _changes = new(); // oldest first
    private readonly Dictionary<TKey, LinkedListNode<Change>> _byKey = [];
    private readonly Queue<Change> _removals = new(); // some of them outdated: their entries came back
    private long _covered = 1; // the earliest version of which all later changes are known

    /// <summary>That of the last change; 1 before the first.</summary>
    public long Version { get; private set; } = 1;

    /// <summary>Whether all changes after a version are known.</summary>
    public bool Covers(long version) => version >= _covered && version <= Version;

    /// <summary>An entry is new, or another than before.</summary>
    public void Touch(TKey key) => Add(key, removed: false);

    /// <summary>An entry is gone.</summary>
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

    /// <summary>An entry is gone that goes with another one, whose removal says so.</summary>
    public void Forget(TKey key)
    {
        if (_byKey.Remove(key, out LinkedListNode<Change>? known))
        {
            _changes.Remove(known);
        }
    }

    /// <summary>The entries that changed after a version, the latest change first.</summary>
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
