using OrleansInference.Tenancy.Keys;
using OrleansInference.Tenancy.Storage;
using OrleansInference.Tenancy.Tenants;

namespace OrleansInference.Tenancy.Access;

/// <summary>
/// Finds keys by their text, and follows the changes of the store. Keys in use are kept in memory. While the store does not answer, those are still accepted, and others cannot be found.
/// </summary>
/// <param name="store">Store of the cluster.</param>
/// <param name="time">Clock.</param>
public sealed class KeyDirectory(ITenancyStore store, TimeProvider time) : IDisposable
{
    /// <summary>Time between two calls of <see cref="RefreshAsync"/>, so that a revocation is in force everywhere within a second.</summary>
    public static readonly TimeSpan RefreshInterval = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan IdleTime = TimeSpan.FromMinutes(10);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, KeyEntry> _entries = []; // by the key's id, under the lock
    private readonly SemaphoreSlim _refreshing = new(1);
    private long _seen = -1; // last change that was read; -1 before the first refresh. Written under both.

    /// <summary>Keys in memory.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>Finds the key with a text.</summary>
    /// <returns>A grant for one request; null if the key does not exist, was revoked or has expired, or its tenant is disabled.</returns>
    /// <exception cref="TenancyStoreException">The key is not in memory, and the store does not answer.</exception>
    public async ValueTask<KeyGrant?> FindAsync(string text, CancellationToken cancellation = default)
    {
        if (!KeySecret.TryReadId(text, out string id))
        {
            return null;
        }

        byte[] hash = KeySecret.Hash(text);
        if (Volatile.Read(ref _seen) < 0)
        {
            // What is read from now on is followed.
            await RefreshAsync(cancellation);
        }

        while (true)
        {
            long seen;
            lock (_lock)
            {
                if (_entries.TryGetValue(id, out KeyEntry? entry))
                {
                    DateTimeOffset now = time.GetUtcNow();
                    return entry.Key.Matches(hash) && entry.IsValid(now) ? entry.Grant(now) : null;
                }

                seen = _seen;
            }

            AccessKey? key = await store.FindKeyAsync(id, cancellation);
            Tenant? tenant = key is null ? null : await store.FindTenantAsync(key.Tenant, cancellation);
            if (key is null || tenant is null || !key.Matches(hash))
            {
                return null;
            }

            lock (_lock)
            {
                // A change that was read meanwhile may be one of this key, made after it was read here.
                if (seen == _seen)
                {
                    KeyEntry entry = new(key, tenant);
                    DateTimeOffset now = time.GetUtcNow();
                    if (!entry.IsValid(now))
                    {
                        return null;
                    }

                    return (_entries.TryAdd(id, entry) ? entry : _entries[id]).Grant(now);
                }
            }
        }
    }

    /// <summary>Reads the changes since the last call, ends the requests of keys that are not valid any more, and forgets keys that were not used for some minutes.</summary>
    /// <exception cref="TenancyStoreException">The store does not answer. The next call reads the same changes.</exception>
    public async Task RefreshAsync(CancellationToken cancellation = default)
    {
        TenancyChanges? changes = null;
        await _refreshing.WaitAsync(cancellation);
        try
        {
            long last = await store.LastChangeAsync(cancellation);
            if (_seen < 0)
            {
                // Nothing is in memory that an earlier change could concern.
                changes = new TenancyChanges(last, [], []);
            }
            else if (last != _seen)
            {
                changes = await store.ReadChangesAsync(_seen, cancellation);
            }
        }
        finally
        {
            // Keys expire while the store does not answer, too.
            List<KeyEntry> ended = Apply(changes);
            _refreshing.Release();
            ended.ForEach(static entry => entry.End());
        }
    }

    public void Dispose() => _refreshing.Dispose();

    /// <returns>Entries whose key is not valid any more.</returns>
    private List<KeyEntry> Apply(TenancyChanges? changes)
    {
        List<KeyEntry> ended = [];
        DateTimeOffset now = time.GetUtcNow();
        lock (_lock)
        {
            if (changes is not null)
            {
                _seen = changes.Last;
                foreach (AccessKey key in changes.Keys)
                {
                    if (_entries.TryGetValue(key.Id, out KeyEntry? entry) && key.Change > entry.Key.Change)
                    {
                        entry.Key = key;
                    }
                }

                if (changes.Tenants.Count > 0)
                {
                    Dictionary<string, Tenant> tenants = changes.Tenants.ToDictionary(static tenant => tenant.Name);
                    foreach (KeyEntry entry in _entries.Values)
                    {
                        if (tenants.TryGetValue(entry.Tenant.Name, out Tenant? tenant) && tenant.Change > entry.Tenant.Change)
                        {
                            entry.Tenant = tenant;
                        }
                    }
                }
            }

            foreach ((string id, KeyEntry entry) in _entries)
            {
                if (!entry.IsValid(now))
                {
                    ended.Add(entry);
                    _entries.Remove(id);
                }
                else if (!entry.HasRequests && now - entry.UsedAt > IdleTime)
                {
                    _entries.Remove(id);
                }
            }
        }

        return ended;
    }
}
