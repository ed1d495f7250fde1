using OrleansInference.Tenancy.Keys;
using OrleansInference.Tenancy.Tenants;

namespace OrleansInference.Tenancy.Storage;

/// <summary>
/// Durable tenants and keys of a cluster. A method that returns has made its change durable. Every change has a number, and changes become visible in the order of their numbers: a reader that
/// has seen a number never sees a lower one appear.
/// </summary>
/// <exception cref="TenancyStoreException">From every method: the store does not answer; the change may have been made or not.</exception>
public interface ITenancyStore
{
    /// <summary>Stores a new tenant.</summary>
    /// <returns>The tenant with its change; null if one of the name exists.</returns>
    Task<Tenant?> CreateAsync(Tenant tenant, CancellationToken cancellation = default);

    /// <summary>Stores a changed tenant, if it is still as it was read.</summary>
    /// <param name="tenant">Tenant with the <see cref="Tenant.Change"/> of the record that was read.</param>
    /// <param name="cancellation">Cancels the wait for the answer.</param>
    /// <returns>The tenant with its new change; null if it does not exist or was changed since.</returns>
    Task<Tenant?> UpdateAsync(Tenant tenant, CancellationToken cancellation = default);

    /// <returns>The tenant; null if none has the name.</returns>
    Task<Tenant?> FindTenantAsync(string name, CancellationToken cancellation = default);

    /// <summary>Lists tenants in the ordinal order of their names.</summary>
    /// <param name="after">Name after which the list begins; empty for the beginning.</param>
    /// <param name="count">Number of tenants, at most.</param>
    /// <param name="cancellation">Cancels the wait for the answer.</param>
    Task<IReadOnlyList<Tenant>> ListTenantsAsync(string after, int count, CancellationToken cancellation = default);

    /// <summary>Stores a new key.</summary>
    /// <returns>The key with its change; null if its tenant does not exist, or another key has the id.</returns>
    Task<AccessKey?> CreateAsync(AccessKey key, CancellationToken cancellation = default);

    /// <summary>Stores a changed key, if it is still as it was read.</summary>
    /// <param name="key">Key with the <see cref="AccessKey.Change"/> of the record that was read. Its hash, tenant and time of creation do not change.</param>
    /// <param name="cancellation">Cancels the wait for the answer.</param>
    /// <returns>The key with its new change; null if it does not exist or was changed since.</returns>
    Task<AccessKey?> UpdateAsync(AccessKey key, CancellationToken cancellation = default);

    /// <returns>The key; null if none has the id.</returns>
    Task<AccessKey?> FindKeyAsync(string id, CancellationToken cancellation = default);

    /// <summary>Lists the keys of a tenant in the order of their creation.</summary>
    /// <param name="tenant">Name of the tenant.</param>
    /// <param name="after">Id of the key after which the list begins; empty for the beginning.</param>
    /// <param name="count">Number of keys, at most.</param>
    /// <param name="cancellation">Cancels the wait for the answer.</param>
    Task<IReadOnlyList<AccessKey>> ListKeysAsync(string tenant, string after, int count, CancellationToken cancellation = default);

    /// <summary>Returns whether a key was ever created; keys that were revoked or have expired count too.</summary>
    /// <param name="role">Role of the key; null for any.</param>
    /// <param name="cancellation">Cancels the wait for the answer.</param>
    Task<bool> HasKeyAsync(Role? role, CancellationToken cancellation = default);

    /// <returns>Number of the last change; 0 before the first.</returns>
    Task<long> LastChangeAsync(CancellationToken cancellation = default);

    /// <summary>Reads changed tenants and keys, each in its latest form.</summary>
    /// <param name="after">Number of the last change that the reader has seen.</param>
    /// <param name="cancellation">Cancels the wait for the answer.</param>
    Task<TenancyChanges> ReadChangesAsync(long after, CancellationToken cancellation = default);
}

/// <summary>Tenants and keys that changed.</summary>
/// <param name="Last">Number of the last change that is contained.</param>
/// <param name="Tenants">Changed tenants.</param>
/// <param name="Keys">Changed keys.</param>
public sealed record TenancyChanges(long Last, IReadOnlyList<Tenant> Tenants, IReadOnlyList<AccessKey> Keys);

/// <summary>The store does not answer.</summary>
public sealed class TenancyStoreException(string message, Exception inner) : Exception(message, inner);
