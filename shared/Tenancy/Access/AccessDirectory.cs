using OrleansInference.Tenancy.Keys;
using OrleansInference.Tenancy.Storage;
using OrleansInference.Tenancy.Tenants;

namespace OrleansInference.Tenancy.Access;

/// <summary>
/// Finds keys by their text and tenants by their name, and follows the changes of the store. Those in use are kept in memory. While the store does not answer, they are still accepted, and
/// others cannot be found.
/// </summary>
/// <param name="store">Store of the cluster.</param>
/// <param name="time">Clock.</param>
public sealed class AccessDirectory(ITenancyStore store, TimeProvider time) : IDisposable
{
    /// <summary>Time between two calls of <see cref="RefreshAsync"/>, so that a revocation is in force everywhere within a second.</summary>
    public static readonly TimeSpan RefreshInterval = TimeSpan.FromMilliseconds(250);

    private const string TenantMark = "tenant ";

    private static readonly TimeSpan IdleTime = TimeSpan.FromMinutes(10);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, AccessEntry> _entries = []; // by the key's id, or by the mark and the tenant's name; under the lock
    private readonly SemaphoreSlim _refreshing = new(1);
    private long _seen = -1; // last change that was read; -1 before the first refresh. Written under both.
    private volatile bool _hasKeys, _hasAdministrators;

    /// <summary>Keys and tenants in memory.</summary>
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

    /// <summary>Whether a key was ever created, as of the last refresh; see <see cref="BeginAsync"/>.</summary>
    public bool HasKeys => _hasKeys;

    /// <summary>Whether a key of a cluster administrator was ever created, as of the last refresh; see <see cref="BeginAsync"/>.</summary>
    public bool HasAdministrators => _hasAdministrators;

    /// <summary>Reads the store before the first use. From then on its changes can be followed.</summary>
    /// <exception cref="TenancyStoreException">The store does not answer.</exception>
    public ValueTask BeginAsync(CancellationToken cancellation = default) => Volatile.Read(ref _seen) < 0 ? new ValueTask(RefreshAsync(cancellation)) : ValueTask.CompletedTask;

    /// <summary>Finds the key with a text.</summary>
    /// <returns>A grant for one request; null if the key does not exist, was revoked or has expired, or its tenant is disabled.</returns>
    /// <exception cref="TenancyStoreException">The key is not in memory, and the store does not answer.</exception>
    public ValueTask<AccessGrant?> FindAsync(string text, CancellationToken cancellation = default)
    {
        if (!KeySecret.TryReadId(text, out string id))
        {
            return ValueTask.FromResult<AccessGrant?>(null);
        }

        byte[] hash = KeySecret.Hash(text);
        return FindAsync(id, key => key!.Matches(hash), token => ReadKeyAsync(id, hash, token), cancellation);
    }

    /// <summary>Finds a tenant, for a request that proves its tenant by other means than a key.</summary>
    /// <returns>A grant for one request; null if the tenant does not exist or is disabled.</returns>
    /// <exception cref="TenancyStoreException">The tenant is not in memory, and the store does not answer.</exception>
    public ValueTask<AccessGrant?> FindTenantAsync(string name, CancellationToken cancellation = default) => FindAsync(
        TenantMark + name, static _ => true, async token => await store.FindTenantAsync(name, token) is { } tenant ? new AccessEntry(null, tenant) : null, cancellation);

    /// <summary>Reads the changes since the last call, ends the requests of keys that are not valid any more, and forgets keys that were not used for some minutes.</summary>
    /// <exception cref="TenancyStoreException">The store does not answer. The next call reads the same changes.</exception>
    public async Task RefreshAsync(CancellationToken cancellation = default)
    {
        TenancyChanges? changes = null;
        await _refreshing.WaitAsync(cancellation);
        try
        {
            long last = await store.LastChangeAsync(cancellation);
            if (last != _seen)
            {
                bool hasKeys = _hasKeys || await store.HasKeyAsync(null, cancellation);
                bool hasAdministrators = _hasAdministrators || (hasKeys && await store.HasKeyAsync(Role.ClusterAdmin, cancellation));

                // Before the first refresh nothing is in memory that a change could concern.
                changes = _seen < 0 ? new TenancyChanges(last, [], []) : await store.ReadChangesAsync(_seen, cancellation);
                (_hasKeys, _hasAdministrators) = (hasKeys, hasAdministrators);
            }
        }
        finally
        {
            // Keys expire while the store does not answer, too.
            List<AccessEntry> ended = Apply(changes);
            _refreshing.Release();
            ended.ForEach(static entry => entry.End());
        }
    }

    public void Dispose() => _refreshing.Dispose();

    private async Task<AccessEntry?> ReadKeyAsync(string id, byte[] hash, CancellationToken cancellation)
    {
        AccessKey? key = await store.FindKeyAsync(id, cancellation);
        Tenant? tenant = key is null || !key.Matches(hash) ? null : await store.FindTenantAsync(key.Tenant, cancellation);
        return tenant is null ? null : new AccessEntry(key, tenant);
    }

    private async ValueTask<AccessGrant?> FindAsync(string name, Func<AccessKey?, bool> isProved, Func<CancellationToken, Task<AccessEntry?>> read, CancellationToken cancellation)
    {
        await BeginAsync(cancellation);
        while (true)
        {
            long seen;
            lock (_lock)
            {
                if (_entries.TryGetValue(name, out AccessEntry? entry))
                {
                    DateTimeOffset now = time.GetUtcNow();
                    return isProved(entry.Key) && entry.IsValid(now) ? entry.Grant(now) : null;
                }

                seen = _seen;
            }

            AccessEntry? found = await read(cancellation);
            if (found is null)
            {
                return null;
            }

            lock (_lock)
            {
                // A change that was read meanwhile may be one of this record, made after it was read here.
                if (seen == _seen)
                {
                    DateTimeOffset now = time.GetUtcNow();
                    if (!found.IsValid(now))
                    {
                        return null;
                    }

                    return (_entries.TryAdd(name, found) ? found : _entries[name]).Grant(now);
                }
            }
        }
    }

    /// <returns>Entries whose key is not valid any more.</returns>
    private List<AccessEntry> Apply(TenancyChanges? changes)
    {
        List<AccessEntry> ended = [];
        DateTimeOffset now = time.GetUtcNow();
        lock (_lock)
        {
            if (changes is not null)
            {
                _seen = changes.Last;
                foreach (AccessKey key in changes.Keys)
                {
                    if (_entries.TryGetValue(key.Id, out AccessEntry? entry) && key.Change > entry.Key!.Change)
                    {
                        entry.Key = key;
                    }
                }

                if (changes.Tenants.Count > 0)
                {
                    Dictionary<string, Tenant> tenants = changes.Tenants.ToDictionary(static tenant => tenant.Name);
                    foreach (AccessEntry entry in _entries.Values)
                    {
                        if (tenants.TryGetValue(entry.Tenant.Name, out Tenant? tenant) && tenant.Change > entry.Tenant.Change)
                        {
                            entry.Tenant = tenant;
                        }
                    }
                }
            }

            foreach ((string name, AccessEntry entry) in _entries)
            {
                if (!entry.IsValid(now))
                {
                    ended.Add(entry);
                    _entries.Remove(name);
                }
                else if (!entry.HasRequests && now - entry.UsedAt > IdleTime)
                {
                    _entries.Remove(name);
                }
            }
        }

        return ended;
    }
}
