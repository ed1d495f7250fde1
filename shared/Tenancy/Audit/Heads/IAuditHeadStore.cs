namespace OrleansInference.Tenancy.Audit.Heads;

/// <summary>Durable heads, one for each node, in a place that those who can change the files cannot change.</summary>
/// <exception cref="Storage.TenancyStoreException">From every method: the store does not answer; a head may have been saved or not.</exception>
public interface IAuditHeadStore
{
    /// <summary>Saves the head of a node. A saved head is never replaced by one with a lower sequence, nor by one with the same sequence and another hash.</summary>
    /// <returns>Whether the head is saved; false if it contradicts the saved one, which stays.</returns>
    Task<bool> SaveAsync(AuditHead head, CancellationToken cancellation = default);

    /// <returns>The head of a node; null if none is saved.</returns>
    Task<AuditHead?> ReadAsync(string node, CancellationToken cancellation = default);

    /// <summary>Lists the heads of all nodes in the ordinal order of their names.</summary>
    Task<IReadOnlyList<AuditHead>> ListAsync(CancellationToken cancellation = default);
}
