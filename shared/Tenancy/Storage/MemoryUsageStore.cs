namespace OrleansInference.Tenancy.Storage;

/// <summary>Usage of a host that keeps none, or that adds it itself.</summary>
public sealed class MemoryUsageStore : IUsageStore
{
    private readonly List<UsageRecord> _records = []; // locked by itself

    public Task<IReadOnlyList<UsageRecord>> ReadAsync(UsageQuery query, CancellationToken cancellation = default)
    {
        lock (_records)
        {
            return Task.FromResult<IReadOnlyList<UsageRecord>>(
            [
                .. _records.Where(record => record.Day >= query.From && record.Day <= query.To && (query.Tenant ?? record.Tenant) == record.Tenant && (query.Key ?? record.Key) == record.Key)
                    .GroupBy(static record => (record.Day, record.Tenant, record.Key, record.Model))
                    .Select(static group => new UsageRecord(
                        group.Key.Day, group.Key.Tenant, group.Key.Key, group.Key.Model, group.Sum(static record => record.Requests), group.Sum(static record => record.PromptTokens), group.Sum(static record => record.CompletionTokens)))
                    .OrderBy(static record => record.Day).ThenBy(static record => record.Tenant, StringComparer.Ordinal).ThenBy(static record => record.Key, StringComparer.Ordinal).ThenBy(static record => record.Model, StringComparer.Ordinal),
            ]);
        }
    }

    /// <summary>Adds usage.</summary>
    public void Add(UsageRecord record)
    {
        lock (_records)
        {
            _records.Add(record);
        }
    }
}
