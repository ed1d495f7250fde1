namespace OrleansInference.Tenancy.Storage;

/// <summary>Durable usage of a cluster.</summary>
/// <exception cref="TenancyStoreException">From every method: the store does not answer.</exception>
public interface IUsageStore
{
    /// <summary>Reads usage, with the tokens that running requests have generated until now.</summary>
    /// <returns>A record for each day, tenant, key and model, in this order.</returns>
    Task<IReadOnlyList<UsageRecord>> ReadAsync(UsageQuery query, CancellationToken cancellation = default);
}

/// <summary>Selects usage.</summary>
/// <param name="From">First day, in UTC.</param>
/// <param name="To">Last day, in UTC.</param>
/// <param name="Tenant">Tenant; null for all.</param>
/// <param name="Key">Id of the key; null for all.</param>
public sealed record UsageQuery(DateOnly From, DateOnly To, string? Tenant = null, string? Key = null);

/// <summary>Usage of a day.</summary>
/// <param name="Day">Day, in UTC. A request counts on the day of its end.</param>
/// <param name="Tenant">Name of the tenant.</param>
/// <param name="Key">Id of the key, or of what took its place.</param>
/// <param name="Model">Name of the model.</param>
/// <param name="Requests">Number of requests.</param>
/// <param name="PromptTokens">Number of prompt tokens, including those from the prefix cache.</param>
/// <param name="CompletionTokens">Number of generated tokens that answers used.</param>
public sealed record UsageRecord(DateOnly Day, string Tenant, string Key, string Model, long Requests, long PromptTokens, long CompletionTokens)
{
    /// <returns>The record with further usage.</returns>
    public UsageRecord Plus(long requests, long promptTokens, long completionTokens) =>
        this with { Requests = Requests + requests, PromptTokens = PromptTokens + promptTokens, CompletionTokens = CompletionTokens + completionTokens };
}
