using OrleansInference.Silo.Storage.Sql;
using OrleansInference.Tenancy.Storage;

namespace OrleansInference.Silo.Storage.Tenancy;

/// <summary>Usage in PostgreSQL, where the sessions count it (see <see cref="SessionTable"/>), or in SQLite.</summary>
internal sealed class SqlUsageStore : IUsageStore
{
    private const string Day = "day, tenant, key, model, requests, prompt_tokens, completion_tokens";
    private const string Selected = "cluster = $1 AND day BETWEEN $2 AND $3 AND ($4 = '' OR tenant = $4) AND ($5 = '' OR key = $5)";

    // Sessions of PostgreSQL that have not ended, and the tokens that they have not added to a day.
    private const string Running =
        """
        UNION ALL
        SELECT today, tenant, key, model, CASE WHEN added THEN 0 ELSE requests END, CASE WHEN added THEN 0 ELSE prompt_tokens END, counted_tokens - added_tokens
        FROM inference.session, (SELECT floor(extract(epoch FROM now()) / 86400)::integer AS today) AS clock
        WHERE cluster = $1 AND ended_at IS NULL AND tenant IS NOT NULL AND today BETWEEN $2 AND $3 AND ($4 = '' OR tenant = $4) AND ($5 = '' OR key = $5)
        """;

    private static readonly int Epoch = DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;

    private readonly SqlDialect _dialect;
    private readonly string _cluster;
    private readonly string _read, _add;

    /// <param name="dialect">Database, with the tables of the last migration.</param>
    /// <param name="cluster">Cluster, of several in one database.</param>
    /// <param name="hasSessions">Whether the database has the sessions, and adds their usage itself.</param>
    public SqlUsageStore(SqlDialect dialect, string cluster, bool hasSessions)
    {
        _dialect = dialect;
        _cluster = cluster;
        string table = $"{dialect.Schema}usage_day";
        _read =
            $"""
            SELECT day, tenant, key, model, CAST(sum(requests) AS bigint), CAST(sum(prompt_tokens) AS bigint), CAST(sum(completion_tokens) AS bigint)
            FROM (SELECT {Day} FROM {table} WHERE {Selected} {(hasSessions ? Running : string.Empty)}) AS counted
            GROUP BY day, tenant, key, model ORDER BY day, tenant, key, model
            """;
        _add =
            $"""
            INSERT INTO {table} AS total (cluster, {Day}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            ON CONFLICT (cluster, tenant, day, key, model) DO UPDATE
            SET requests = total.requests + excluded.requests, prompt_tokens = total.prompt_tokens + excluded.prompt_tokens,
                completion_tokens = total.completion_tokens + excluded.completion_tokens
            """;
    }

    public Task<IReadOnlyList<UsageRecord>> ReadAsync(UsageQuery query, CancellationToken cancellation) => _dialect.ListAsync(
        _read,
        static row => new UsageRecord(DateOnly.FromDayNumber(row.GetInt32(0) + Epoch), row.GetString(1), row.GetString(2), row.GetString(3), row.GetInt64(4), row.GetInt64(5), row.GetInt64(6)),
        cancellation,
        _cluster,
        query.From.DayNumber - Epoch,
        query.To.DayNumber - Epoch,
        query.Tenant ?? string.Empty,
        query.Key ?? string.Empty);

    /// <summary>Adds usage to that of the days, all of it or none.</summary>
    public Task AddAsync(IReadOnlyCollection<UsageRecord> usage, CancellationToken cancellation) => _dialect.TransactAsync(
        async statements =>
        {
            foreach (UsageRecord record in usage)
            {
                await statements.ExecuteAsync(_add, cancellation, _cluster, record.Day.DayNumber - Epoch, record.Tenant, record.Key, record.Model, record.Requests, record.PromptTokens, record.CompletionTokens);
            }

            return true;
        },
        cancellation);
}
