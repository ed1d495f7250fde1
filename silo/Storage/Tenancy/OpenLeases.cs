using OrleansInference.Silo.Storage.Sql;

namespace OrleansInference.Silo.Storage.Tenancy;

/// <summary>Leases in PostgreSQL that have to be ended: their session has ended, or none began within a minute.</summary>
internal sealed class OpenLeases(SqlDialect dialect, string cluster)
{
    private const int Count = 1000;

    private const string Select =
        """
        SELECT lease.id, CASE WHEN session.number IS NULL THEN 0 ELSE session.prompt_tokens + session.counted_tokens END
        FROM inference.quota_lease AS lease LEFT JOIN inference.session AS session ON session.cluster = lease.cluster AND session.lease = lease.id
        WHERE lease.cluster = $1 AND lease.ended_at IS NULL AND (session.ended_at IS NOT NULL OR (session.number IS NULL AND lease.leased_at < $2))
        ORDER BY lease.leased_at LIMIT $3
        """;

    private static readonly TimeSpan BeginsWithin = TimeSpan.FromMinutes(1);

    public Task<IReadOnlyList<(Guid Lease, long Used)>> FindAsync(CancellationToken cancellation) => dialect.ListAsync(
        Select, static row => (Guid.ParseExact(row.GetString(0), "N"), row.GetInt64(1)), cancellation, cluster, SqlValues.Time(DateTimeOffset.UtcNow - BeginsWithin), (long)Count);
}
