using OrleansInference.Tenancy.Keys;
using OrleansInference.Tenancy.Tenants;

namespace OrleansInference.Tenancy.Storage;

/// <summary>Tenants and keys of one process, which end with it.</summary>
public sealed class MemoryTenancyStore : ITenancyStore
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, Tenant> _tenants = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AccessKey> _keys = [];
    private long _last;

    public Task<Tenant?> CreateAsync(Tenant tenant, CancellationToken cancellation = default) => Locked(() =>
        _tenants.ContainsKey(tenant.Name) ? null : _tenants[tenant.Name] = tenant with { Change = ++_last });

    public Task<Tenant?> UpdateAsync(Tenant tenant, CancellationToken cancellation = default) => Locked(() =>
        _tenants.TryGetValue(tenant.Name, out Tenant? stored) && stored.Change == tenant.Change ? _tenants[tenant.Name] = tenant with { CreatedAt = stored.CreatedAt, Change = ++_last } : null);

    public Task<Tenant?> FindTenantAsync(string name, CancellationToken cancellation = default) => Locked(() => _tenants.GetValueOrDefault(name));

    public Task<IReadOnlyList<Tenant>> ListTenantsAsync(string after, int count, CancellationToken cancellation = default) =>
        Locked<IReadOnlyList<Tenant>>(() => [.. _tenants.Values.Where(tenant => string.CompareOrdinal(tenant.Name, after) > 0).Take(count)]);

    public Task<AccessKey?> CreateAsync(AccessKey key, CancellationToken cancellation = default) => Locked(() =>
        _tenants.ContainsKey(key.Tenant) && !_keys.ContainsKey(key.Id) ? _keys[key.Id] = key with { Change = ++_last } : null);

    public Task<AccessKey?> UpdateAsync(AccessKey key, CancellationToken cancellation = default) => Locked(() =>
        _keys.TryGetValue(key.Id, out AccessKey? stored) && stored.Change == key.Change
            ? _keys[key.Id] = key with { Tenant = stored.Tenant, Hash = stored.Hash, CreatedAt = stored.CreatedAt, Change = ++_last }
            : null);

    public Task<AccessKey?> FindKeyAsync(string id, CancellationToken cancellation = default) => Locked(() => _keys.GetValueOrDefault(id));

    public Task<IReadOnlyList<AccessKey>> ListKeysAsync(string tenant, string after, int count, CancellationToken cancellation = default) => Locked<IReadOnlyList<AccessKey>>(() =>
    {
        IEnumerable<AccessKey> keys = _keys.Values.Where(key => key.Tenant == tenant).OrderBy(static key => key.CreatedAt).ThenBy(static key => key.Id, StringComparer.Ordinal);
        if (after.Length > 0)
        {
            keys = _keys.TryGetValue(after, out AccessKey? last) ? keys.Where(key => (key.CreatedAt, string.CompareOrdinal(key.Id, last.Id)).CompareTo((last.CreatedAt, 0)) > 0) : [];
        }

        return [.. keys.Take(count)];
    });

    public Task<bool> HasKeyAsync(Role? role, CancellationToken cancellation = default) => Locked(() => role is null ? _keys.Count > 0 : _keys.Values.Any(key => key.Role == role));

    public Task<long> LastChangeAsync(CancellationToken cancellation = default) => Locked(() => _last);

    public Task<TenancyChanges> ReadChangesAsync(long after, CancellationToken cancellation = default) =>
        Locked(() => new TenancyChanges(_last, [.. _tenants.Values.Where(tenant => tenant.Change > after)], [.. _keys.Values.Where(key => key.Change > after)]));

    private Task<T> Locked<T>(Func<T> work)
    {
        lock (_lock)
        {
            return Task.FromResult(work());
        }
    }
}
