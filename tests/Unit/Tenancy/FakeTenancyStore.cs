using OrleansInference.Tenancy.Keys;
using OrleansInference.Tenancy.Storage;
using OrleansInference.Tenancy.Tenants;

namespace OrleansInference.Unit.Tenancy;

/// <summary>A store in memory that can fail, and whose reads of keys can be held back.</summary>
internal sealed class FakeTenancyStore : ITenancyStore
{
    private readonly MemoryTenancyStore _store = new();

    public bool IsAway { get; set; }

    /// <summary>Calls that were answered until now.</summary>
    public int Calls { get; private set; }

    /// <summary>Runs after a key was read, and before the reader has it.</summary>
    public Func<Task> AfterRead { get; set; } = static () => Task.CompletedTask;

    /// <summary>Stores a record, whatever is stored.</summary>
    public AccessKey Put(AccessKey key) => (_store.FindKeyAsync(key.Id).Result is { } stored ? _store.UpdateAsync(key with { Change = stored.Change }) : _store.CreateAsync(key)).Result!;

    /// <inheritdoc cref="Put(AccessKey)"/>
    public Tenant Put(Tenant tenant) => (_store.FindTenantAsync(tenant.Name).Result is { } stored ? _store.UpdateAsync(tenant with { Change = stored.Change }) : _store.CreateAsync(tenant)).Result!;

    public async Task<AccessKey?> FindKeyAsync(string id, CancellationToken cancellation)
    {
        AccessKey? key = await AnswerAsync(store => store.FindKeyAsync(id, cancellation));
        await AfterRead();
        return key;
    }

    public Task<Tenant?> FindTenantAsync(string name, CancellationToken cancellation) => AnswerAsync(store => store.FindTenantAsync(name, cancellation));

    public Task<bool> HasKeyAsync(Role? role, CancellationToken cancellation) => AnswerAsync(store => store.HasKeyAsync(role, cancellation));

    public Task<long> LastChangeAsync(CancellationToken cancellation) => AnswerAsync(store => store.LastChangeAsync(cancellation));

    public Task<TenancyChanges> ReadChangesAsync(long after, CancellationToken cancellation) => AnswerAsync(store => store.ReadChangesAsync(after, cancellation));

    public Task<Tenant?> CreateAsync(Tenant tenant, CancellationToken cancellation) => AnswerAsync(store => store.CreateAsync(tenant, cancellation));

    public Task<Tenant?> UpdateAsync(Tenant tenant, CancellationToken cancellation) => AnswerAsync(store => store.UpdateAsync(tenant, cancellation));

    public Task<IReadOnlyList<Tenant>> ListTenantsAsync(string after, int count, CancellationToken cancellation) => AnswerAsync(store => store.ListTenantsAsync(after, count, cancellation));

    public Task<AccessKey?> CreateAsync(AccessKey key, CancellationToken cancellation) => AnswerAsync(store => store.CreateAsync(key, cancellation));

    public Task<AccessKey?> UpdateAsync(AccessKey key, CancellationToken cancellation) => AnswerAsync(store => store.UpdateAsync(key, cancellation));

    public Task<IReadOnlyList<AccessKey>> ListKeysAsync(string tenant, string after, int count, CancellationToken cancellation) =>
        AnswerAsync(store => store.ListKeysAsync(tenant, after, count, cancellation));

    private Task<T> AnswerAsync<T>(Func<MemoryTenancyStore, Task<T>> answer)
    {
        if (IsAway)
        {
            throw new TenancyStoreException("away", new TimeoutException());
        }

        Calls++;
        return answer(_store);
    }
}
