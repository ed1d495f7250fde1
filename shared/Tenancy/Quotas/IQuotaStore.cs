using OrleansInference.Tenancy.Storage;

namespace OrleansInference.Tenancy.Quotas;

/// <summary>
/// What tenants and keys have used of their limits, at one place for the whole cluster. Tokens are leased to a request before it uses them, so that concurrent requests never pass a budget together. Every
/// call is atomic and durable, and may be repeated.
/// </summary>
/// <exception cref="TenancyStoreException">From every method: the store does not answer.</exception>
public interface IQuotaStore
{
    /// <summary>Leases the first tokens of a prompt, if the limits of its tenant and key have room.</summary>
    Task<LeaseAnswer> AdmitAsync(LeaseRequest request, CancellationToken cancellation = default);

    /// <summary>Leases further tokens to a prompt, as far as the budgets have them.</summary>
    /// <param name="lease">Id of the lease.</param>
    /// <param name="upTo">Tokens in all that are wanted, with those of the prompt.</param>
    /// <param name="cancellation">Cancels the wait for the answer.</param>
    Task<ExtensionAnswer> ExtendAsync(Guid lease, long upTo, CancellationToken cancellation = default);

    /// <summary>Ends a lease: tokens that were not used return to the budgets. A later call corrects the number.</summary>
    /// <param name="lease">Id of the lease.</param>
    /// <param name="used">Tokens that were used, with those of the prompt.</param>
    /// <param name="cancellation">Cancels the wait for the answer.</param>
    Task SettleAsync(Guid lease, long used, CancellationToken cancellation = default);
}
