using OrleansInference.Tenancy.Keys;
using OrleansInference.Tenancy.Storage;
using OrleansInference.Tenancy.Tenants;

namespace OrleansInference.Unit.Tenancy;

/// <summary>A store in memory that can fail, and whose reads of keys can be held back.</summary>
internal sealed class FakeTenancyStore : ITenancyStore
{
    private readonly Dictionary<string, Tenant> _tenants = [];
    private readonly Dictionary<string, AccessKey> _keys = [];
    private long _last;

    public bool IsAway { get; set; }

    /// <summary>Reads of keys and tenants until now.</summary>
    public int Reads { get; private set; }

    /// <summary>Runs after a key was read, and before the reader has it.</summary>
    public Func<Task> AfterRead { get; set; } = static () => Task.CompletedTask;

    public AccessKey Put(AccessKey key) => _keys[key.Id] = key with { Change = ++_last };

    public Tenant Put(Tenant tenant) => _tenants[tenant.Name] = tenant with { Change = ++_last };

    public Task<Tenant?> FindTenantAsync(string name, CancellationToken cancellation) => AnswerAsync(() => _tenants.GetValueOrDefault(name));

    public async Task<AccessKey?> FindKeyAsync(string id, CancellationToken cancellation)
    {
        AccessKey? key = await AnswerAsync(() => _keys.GetValueOrDefault(id));
        await AfterRead();
        return key;
    }

    public Task<long> LastChangeAsync(CancellationToken cancellation) => AnswerAsync(() => _last);

    public Task<TenancyChanges> ReadChangesAsync(long after, CancellationToken cancellation) =>
        AnswerAsync(() => new TenancyChanges(_last, [.. _tenants.Values.Where(tenant => tenant.Change > after)], [.. _keys.Values.Where(key => key.Change > after)]));

    public Task<Tenant?> CreateAsync(Tenant tenant, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<Tenant?> UpdateAsync(Tenant tenant, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<IReadOnlyList<Tenant>> ListTenantsAsync(string after, int count, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<AccessKey?> CreateAsync(AccessKey key, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<AccessKey?> UpdateAsync(AccessKey key, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<IReadOnlyList<AccessKey>> ListKeysAsync(string tenant, string after, int count, CancellationToken cancellation) => throw new NotSupportedException();

    private Task<T> AnswerAsync<T>(Func<T> answer)
    {
        if (IsAway)
        {
            throw new TenancyStoreException("away", new TimeoutException());
        }

        Reads++;
        return Task.FromResult(answer());
    }
}
