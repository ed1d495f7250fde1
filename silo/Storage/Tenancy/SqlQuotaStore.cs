using System.Data.Common;
using OrleansInference.Silo.Storage.Sql;
using OrleansInference.Tenancy.Quotas;
using OrleansInference.Tenancy.Tenants;

namespace OrleansInference.Silo.Storage.Tenancy;

#pragma warning disable CA1001 // A semaphore whose handle nobody asked for has nothing to dispose.
/// <summary>Quotas in PostgreSQL or SQLite. The rows of a key and of its tenant are locked while a request is decided, so that requests of all nodes are decided one after the other.</summary>
/// <param name="dialect">Database, with the tables of the last migration.</param>
/// <param name="cluster">Cluster, of several in one database.</param>
/// <param name="time">Clock.</param>
internal sealed class SqlQuotaStore(SqlDialect dialect, string cluster, TimeProvider time) : IQuotaStore
{
    private const long ForgottenAtOnce = 1000;
    private const string Counters = "minute, minute_requests, minute_tokens, day, day_tokens, month, month_tokens, total_tokens, streams";
    private const int MaxTransactions = 4; // at the same time
    private const string KeyOwner = "key ";
    private const string TenantOwner = "tenant ";

    // Those of the same key wait for each other in the database, each with a connection that others need.
    private readonly SemaphoreSlim _turns = new(MaxTransactions);
    private readonly string _limitsOfTenant = $"SELECT limits FROM {dialect.Schema}tenant WHERE cluster = $1 AND name = $2";
    private readonly string _limitsOfKey = $"SELECT limits FROM {dialect.Schema}access_key WHERE cluster = $1 AND id = $2";
    private readonly string _create = $"INSERT INTO {dialect.Schema}quota (cluster, owner, {Counters}) VALUES ($1, $2, 0, 0, 0, 0, 0, 0, 0, 0, 0) ON CONFLICT DO NOTHING";
    private readonly string _read = $"SELECT {Counters} FROM {dialect.Schema}quota WHERE cluster = $1 AND owner = $2 {dialect.ForUpdate}";
    private readonly string _write =
        $"UPDATE {dialect.Schema}quota SET minute = $3, minute_requests = $4, minute_tokens = $5, day = $6, day_tokens = $7, month = $8, month_tokens = $9, total_tokens = $10, streams = $11 WHERE cluster = $1 AND owner = $2";

    private readonly string _readLease = $"SELECT tenant, key, requests, granted, leased_at, ended_at FROM {dialect.Schema}quota_lease WHERE cluster = $1 AND id = $2";
    private readonly string _createLease = $"INSERT INTO {dialect.Schema}quota_lease (cluster, id, tenant, key, requests, granted, leased_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    private readonly string _extendLease = $"UPDATE {dialect.Schema}quota_lease SET granted = $3, leased_at = $4 WHERE cluster = $1 AND id = $2";
    private readonly string _endLease = $"UPDATE {dialect.Schema}quota_lease SET granted = $3, ended_at = $4 WHERE cluster = $1 AND id = $2";
    private readonly string _open = $"SELECT id FROM {dialect.Schema}quota_lease WHERE cluster = $1 AND ended_at IS NULL AND leased_at < $2 ORDER BY leased_at LIMIT $3";
    private readonly string _forget =
        $"""
        DELETE FROM {dialect.Schema}quota_lease
        WHERE cluster = $1 AND id IN (SELECT id FROM {dialect.Schema}quota_lease WHERE cluster = $1 AND ended_at < $2 ORDER BY ended_at LIMIT $3) RETURNING 1
        """;

    public Task<LeaseAnswer> AdmitAsync(LeaseRequest request, CancellationToken cancellation) => InTransactionAsync(
        async statements =>
        {
            DateTimeOffset now = time.GetUtcNow();
            List<Owner> owners = await LockAsync(statements, request.Tenant, request.Key ?? string.Empty, now, cancellation);
            if (await ReadLeaseAsync(statements, request.Id, cancellation) is { } repeated)
            {
                return new LeaseAnswer(repeated.Granted, null, false, RatesOf(owners, now));
            }

            foreach (Owner owner in owners)
            {
                if (owner.State.Refuses(owner.Limits, request.Requests, request.PromptTokens + 1, now) is { } exceeded)
                {
                    return new LeaseAnswer(0, exceeded, owner.IsKey, RatesOf(owners, now));
                }
            }

            long granted = Math.Min(request.PromptTokens + request.Tokens, owners.Min(static owner => owner.State.Left(owner.Limits)));
            owners = [.. owners.Select(owner => owner with { State = owner.State.Charge(request.Requests, granted) })];
            await WriteAsync(statements, owners, cancellation);
            await statements.ScalarAsync(_createLease, cancellation, cluster, Text(request.Id), request.Tenant, request.Key ?? string.Empty, request.Requests, granted, SqlValues.Time(now));
            return new LeaseAnswer(granted, null, false, RatesOf(owners, now));
        },
        cancellation);

    public Task<ExtensionAnswer> ExtendAsync(Guid lease, long upTo, CancellationToken cancellation) => InTransactionAsync(
        async statements =>
        {
            DateTimeOffset now = time.GetUtcNow();
            if (await ReadLeaseAsync(statements, lease, cancellation) is not { } found)
            {
                return new ExtensionAnswer(0, null, string.Empty);
            }

            List<Owner> owners = await LockAsync(statements, found.Tenant, found.Key, now, cancellation);
            found = (await ReadLeaseAsync(statements, lease, cancellation))!; // as it is under the locks
            long wanted = upTo - found.Granted;
            if (wanted <= 0)
            {
                return new ExtensionAnswer(found.Granted, null, string.Empty);
            }

            if (found.IsEnded)
            {
                return new ExtensionAnswer(found.Granted, new QuotaExceeded("token_budget", found.Granted, found.Granted, null), "request");
            }

            long added = Math.Min(wanted, owners.Min(static owner => owner.State.Left(owner.Limits)));
            if (added > 0)
            {
                owners = [.. owners.Select(owner => owner with { State = owner.State.Charge(0, added) })];
                await WriteAsync(statements, owners, cancellation);
                await statements.ScalarAsync(_extendLease, cancellation, cluster, Text(lease), found.Granted + added, SqlValues.Time(now));
            }

            (Owner Owner, QuotaExceeded? Exceeded) exhausted = owners.Select(owner => (owner, owner.State.Exhausted(owner.Limits, 1, now))).FirstOrDefault(static pair => pair.Item2 is not null);
            return added == wanted
                ? new ExtensionAnswer(found.Granted + added, null, string.Empty)
                : new ExtensionAnswer(found.Granted + added, exhausted.Exceeded, exhausted.Owner.Description);
        },
        cancellation);

    public Task SettleAsync(Guid lease, long used, CancellationToken cancellation) => InTransactionAsync(
        async statements =>
        {
            DateTimeOffset now = time.GetUtcNow();
            if (await ReadLeaseAsync(statements, lease, cancellation) is not { } found)
            {
                return false;
            }

            List<Owner> owners = await LockAsync(statements, found.Tenant, found.Key, now, cancellation);
            found = (await ReadLeaseAsync(statements, lease, cancellation))!;
            if (found.IsEnded && found.Granted == used)
            {
                return true;
            }

            await WriteAsync(statements, [.. owners.Select(owner => owner with { State = owner.State.Return(found.IsEnded ? 0 : found.Requests, found.Granted - used, found.LeasedAt) })], cancellation);
            await statements.ScalarAsync(_endLease, cancellation, cluster, Text(lease), used, SqlValues.Time(now));
            return true;
        },
        cancellation);

    /// <summary>Lists leases that have not ended, the oldest first.</summary>
    /// <param name="before">Time before which they were leased.</param>
    /// <param name="count">Number of leases, at most.</param>
    /// <param name="cancellation">Cancels the wait for the answer.</param>
    public Task<IReadOnlyList<Guid>> OpenAsync(DateTimeOffset before, int count, CancellationToken cancellation) =>
        dialect.ListAsync(_open, static row => Guid.ParseExact(row.GetString(0), "N"), cancellation, cluster, SqlValues.Time(before), (long)count);

    /// <summary>Removes leases that ended before a time, because they are not corrected any more. It does so in parts, each within the time limit of a statement.</summary>
    public async Task ForgetAsync(DateTimeOffset before, CancellationToken cancellation)
    {
        while ((await dialect.ListAsync(_forget, static row => true, cancellation, cluster, SqlValues.Time(before), ForgottenAtOnce)).Count == ForgottenAtOnce)
        {
            // There may be more.
        }
    }

    private async Task<T> InTransactionAsync<T>(Func<SqlStatements, Task<T>> work, CancellationToken cancellation)
    {
        await _turns.WaitAsync(cancellation);
        try
        {
            return await dialect.TransactAsync(work, cancellation);
        }
        finally
        {
            _turns.Release();
        }
    }

    /// <summary>Locks the rows of a key and its tenant, in this order, and reads them with their limits.</summary>
    private async Task<List<Owner>> LockAsync(SqlStatements statements, string tenant, string key, DateTimeOffset now, CancellationToken cancellation)
    {
        List<Owner> owners = [];
        if (key.Length > 0)
        {
            await AddAsync(KeyOwner + key, $"key '{key}'", _limitsOfKey, key);
        }

        await AddAsync(TenantOwner + tenant, $"tenant '{tenant}'", _limitsOfTenant, tenant);
        return owners;

        async Task AddAsync(string name, string description, string limits, string id)
        {
            await statements.ScalarAsync(_create, cancellation, cluster, name);
            QuotaState state = (await statements.ListAsync(_read, ReadState, cancellation, cluster, name))[0];
            Limits found = await statements.ScalarAsync(limits, cancellation, cluster, id) is string json ? LimitsJson.Read(json) : Limits.None;
            owners.Add(new Owner(name, description, found, state.At(now, found)));
        }
    }

    private async Task WriteAsync(SqlStatements statements, List<Owner> owners, CancellationToken cancellation)
    {
        foreach (Owner owner in owners)
        {
            QuotaState state = owner.State;
            await statements.ScalarAsync(_write, cancellation, cluster, owner.Name, state.Minute, state.MinuteRequests, state.MinuteTokens, state.Day, state.DayTokens, state.Month, state.MonthTokens, state.TotalTokens, state.Streams);
        }
    }

    private async Task<StoredLease?> ReadLeaseAsync(SqlStatements statements, Guid lease, CancellationToken cancellation) =>
        await statements.ListAsync(_readLease, ReadLease, cancellation, cluster, Text(lease)) is [StoredLease found] ? found : null;

    private static MinuteRates RatesOf(List<Owner> owners, DateTimeOffset now)
    {
        Owner? requests = owners.Where(static owner => owner.Limits.RequestsPerMinute is not null).MinBy(static owner => owner.Limits.RequestsPerMinute - owner.State.MinuteRequests);
        Owner? tokens = owners.Where(static owner => owner.Limits.TokensPerMinute is not null).MinBy(static owner => owner.Limits.TokensPerMinute - owner.State.MinuteTokens);
        return new MinuteRates(
            requests?.Limits.RequestsPerMinute,
            requests is null ? null : Math.Max(0, requests.Limits.RequestsPerMinute!.Value - requests.State.MinuteRequests),
            tokens?.Limits.TokensPerMinute,
            tokens is null ? null : Math.Max(0, tokens.Limits.TokensPerMinute!.Value - tokens.State.MinuteTokens),
            TimeSpan.FromMilliseconds(60_000 - (now.ToUnixTimeMilliseconds() % 60_000)));
    }

    private static QuotaState ReadState(DbDataReader row) => new()
    {
        Minute = row.GetInt64(0),
        MinuteRequests = row.GetInt64(1),
        MinuteTokens = row.GetInt64(2),
        Day = row.GetInt64(3),
        DayTokens = row.GetInt64(4),
        Month = row.GetInt64(5),
        MonthTokens = row.GetInt64(6),
        TotalTokens = row.GetInt64(7),
        Streams = row.GetInt64(8),
    };

    private static StoredLease ReadLease(DbDataReader row) =>
        new(row.GetString(0), row.GetString(1), row.GetInt32(2), row.GetInt64(3), SqlValues.Time(row.GetInt64(4)), !row.IsDBNull(5));

    private static string Text(Guid id) => id.ToString("N");

    private sealed record Owner(string Name, string Description, Limits Limits, QuotaState State)
    {
        public bool IsKey => Name.StartsWith(KeyOwner, StringComparison.Ordinal);
    }

    private sealed record StoredLease(string Tenant, string Key, int Requests, long Granted, DateTimeOffset LeasedAt, bool IsEnded);
}
