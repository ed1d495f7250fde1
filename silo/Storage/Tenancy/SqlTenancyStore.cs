using System.Data.Common;
using OrleansInference.Silo.Storage.Sql;
using OrleansInference.Tenancy.Keys;
using OrleansInference.Tenancy.Storage;
using OrleansInference.Tenancy.Tenants;

namespace OrleansInference.Silo.Storage.Tenancy;

/// <summary>Tenants and keys in PostgreSQL or SQLite.</summary>
internal sealed class SqlTenancyStore : ITenancyStore
{
    private const string TenantColumns = "name, limits, created_at, disabled_at, audits_contents, watermarks, change";
    private const string KeyColumns = "id, tenant, role, hash, label, scopes, limits, created_at, expires_at, revoked_at, successor, change";

    private readonly SqlDialect _dialect;
    private readonly string _cluster;
    private readonly string _next, _last;
    private readonly string _insertTenant, _updateTenant, _findTenant, _listTenants, _changedTenants;
    private readonly string _insertKey, _updateKey, _findKey, _listKeys, _listKeysAfter, _changedKeys, _hasKey, _hasKeyOfRole;

    /// <param name="dialect">Database, with the tables of the last migration.</param>
    /// <param name="cluster">Cluster, of several in one database.</param>
    public SqlTenancyStore(SqlDialect dialect, string cluster)
    {
        _dialect = dialect;
        _cluster = cluster;
        (string changes, string tenants, string keys) = ($"{dialect.Schema}tenancy_change", $"{dialect.Schema}tenant", $"{dialect.Schema}access_key");
        _next = $"INSERT INTO {changes} AS change (cluster, last) VALUES ($1, 1) ON CONFLICT (cluster) DO UPDATE SET last = change.last + 1 RETURNING last";
        _last = $"SELECT last FROM {changes} WHERE cluster = $1";
        _insertTenant = $"INSERT INTO {tenants} (cluster, {TenantColumns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING RETURNING 1";
        _updateTenant = $"UPDATE {tenants} SET limits = $4, disabled_at = $5, audits_contents = $6, watermarks = $7, change = $8 WHERE cluster = $1 AND name = $2 AND change = $3 RETURNING 1";
        _findTenant = $"SELECT {TenantColumns} FROM {tenants} WHERE cluster = $1 AND name = $2";
        _listTenants = $"SELECT {TenantColumns} FROM {tenants} WHERE cluster = $1 AND name > $2 ORDER BY name LIMIT $3";
        _changedTenants = $"SELECT {TenantColumns} FROM {tenants} WHERE cluster = $1 AND change > $2 AND change <= $3";
        _insertKey =
            $"""
            INSERT INTO {keys} (cluster, {KeyColumns})
            SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, CAST($10 AS bigint), CAST($11 AS bigint), CAST($12 AS text), $13 FROM {tenants} WHERE cluster = $1 AND name = $3
            ON CONFLICT DO NOTHING RETURNING 1
            """;
        _updateKey =
            $"""
            UPDATE {keys} SET role = $4, label = $5, scopes = $6, limits = $7, expires_at = $8, revoked_at = $9, successor = $10, change = $11
            WHERE cluster = $1 AND id = $2 AND change = $3 RETURNING 1
            """;
        _findKey = $"SELECT {KeyColumns} FROM {keys} WHERE cluster = $1 AND id = $2";
        _listKeys = $"SELECT {KeyColumns} FROM {keys} WHERE cluster = $1 AND tenant = $2 ORDER BY created_at, id LIMIT $3";
        _listKeysAfter =
            $"""
            SELECT {KeyColumns} FROM {keys}
            WHERE cluster = $1 AND tenant = $2 AND (created_at, id) > (SELECT created_at, id FROM {keys} WHERE cluster = $1 AND id = $4)
            ORDER BY created_at, id LIMIT $3
            """;
        _hasKey = $"SELECT 1 WHERE EXISTS (SELECT 1 FROM {keys} WHERE cluster = $1)";
        _hasKeyOfRole = $"SELECT 1 WHERE EXISTS (SELECT 1 FROM {keys} WHERE cluster = $1 AND role = $2)";
        _changedKeys = $"SELECT {KeyColumns} FROM {keys} WHERE cluster = $1 AND change > $2 AND change <= $3";
    }

    public async Task<Tenant?> CreateAsync(Tenant tenant, CancellationToken cancellation) =>
        await ChangeAsync(
            _insertTenant,
            change => [_cluster, tenant.Name, LimitsJson.Write(tenant.Limits), SqlValues.Time(tenant.CreatedAt), SqlValues.Time(tenant.DisabledAt), tenant.AuditsContents ? 1 : 0, tenant.Watermarks ? 1 : 0, change],
            cancellation) is { } made
            ? tenant with { Change = made }
            : null;

    public async Task<Tenant?> UpdateAsync(Tenant tenant, CancellationToken cancellation) =>
        await ChangeAsync(
            _updateTenant,
            change => [_cluster, tenant.Name, tenant.Change, LimitsJson.Write(tenant.Limits), SqlValues.Time(tenant.DisabledAt), tenant.AuditsContents ? 1 : 0, tenant.Watermarks ? 1 : 0, change],
            cancellation) is { } made
            ? tenant with { Change = made }
            : null;

    public Task<Tenant?> FindTenantAsync(string name, CancellationToken cancellation) => _dialect.FirstAsync(_findTenant, ReadTenant, cancellation, _cluster, name);

    public Task<IReadOnlyList<Tenant>> ListTenantsAsync(string after, int count, CancellationToken cancellation) => _dialect.ListAsync(_listTenants, ReadTenant, cancellation, _cluster, after, (long)count);

    public async Task<AccessKey?> CreateAsync(AccessKey key, CancellationToken cancellation) => await ChangeAsync(
        _insertKey,
        change =>
        [
            _cluster, key.Id, key.Tenant, Roles.NameOf(key.Role), key.Hash.ToArray(), key.Label, (int)key.Scopes, LimitsJson.Write(key.Limits), SqlValues.Time(key.CreatedAt), SqlValues.Time(key.ExpiresAt), SqlValues.Time(key.RevokedAt),
            SqlValues.Text(key.Successor), change,
        ],
        cancellation) is { } made ? key with { Change = made } : null;

    public async Task<AccessKey?> UpdateAsync(AccessKey key, CancellationToken cancellation) => await ChangeAsync(
        _updateKey,
        change =>
        [
            _cluster, key.Id, key.Change, Roles.NameOf(key.Role), key.Label, (int)key.Scopes, LimitsJson.Write(key.Limits), SqlValues.Time(key.ExpiresAt), SqlValues.Time(key.RevokedAt), SqlValues.Text(key.Successor), change,
        ],
        cancellation) is { } made ? key with { Change = made } : null;

    public Task<AccessKey?> FindKeyAsync(string id, CancellationToken cancellation) => _dialect.FirstAsync(_findKey, ReadKey, cancellation, _cluster, id);

    public Task<IReadOnlyList<AccessKey>> ListKeysAsync(string tenant, string after, int count, CancellationToken cancellation) => after.Length == 0
        ? _dialect.ListAsync(_listKeys, ReadKey, cancellation, _cluster, tenant, (long)count)
        : _dialect.ListAsync(_listKeysAfter, ReadKey, cancellation, _cluster, tenant, (long)count, after);

    public async Task<bool> HasKeyAsync(Role? role, CancellationToken cancellation) => (role is { } given
        ? await _dialect.ListAsync(_hasKeyOfRole, static row => true, cancellation, _cluster, Roles.NameOf(given))
        : await _dialect.ListAsync(_hasKey, static row => true, cancellation, _cluster)).Count > 0;

    public async Task<long> LastChangeAsync(CancellationToken cancellation) => await _dialect.ListAsync(_last, static row => row.GetInt64(0), cancellation, _cluster) is [long last] ? last : 0;

    public async Task<TenancyChanges> ReadChangesAsync(long after, CancellationToken cancellation)
    {
        long last = await LastChangeAsync(cancellation);

        // A record that changes again between the statements is above the bound and comes with the next call.
        return new TenancyChanges(
            last, await _dialect.ListAsync(_changedTenants, ReadTenant, cancellation, _cluster, after, last), await _dialect.ListAsync(_changedKeys, ReadKey, cancellation, _cluster, after, last));
    }

    /// <summary>Runs a statement that writes a row with the number of the change.</summary>
    /// <returns>The number; null if the statement wrote nothing.</returns>
    private Task<long?> ChangeAsync(string sql, Func<long, object[]> arguments, CancellationToken cancellation) => _dialect.TransactAsync<long?>(
        async statements =>
        {
            long change = (long)(await statements.ScalarAsync(_next, cancellation, _cluster))!;
            return await statements.ScalarAsync(sql, cancellation, arguments(change)) is null ? null : change;
        },
        cancellation);

    private static Tenant ReadTenant(DbDataReader row) =>
        new(row.GetString(0), SqlValues.Time(row.GetInt64(2)), LimitsJson.Read(row.GetString(1))) { DisabledAt = SqlValues.TimeOrNull(row, 3), AuditsContents = row.GetInt32(4) != 0, Watermarks = row.GetInt32(5) != 0, Change = row.GetInt64(6) };

    private static AccessKey ReadKey(DbDataReader row)
    {
        string role = row.GetString(2);
        return new AccessKey(row.GetString(0), row.GetString(1), Roles.Find(role) ?? throw new InvalidDataException($"The key {row.GetString(0)} has the unknown role '{role}'."), row.GetFieldValue<byte[]>(3), SqlValues.Time(row.GetInt64(7)))
        {
            Label = row.GetString(4),
            Scopes = (Rights)row.GetInt32(5),
            Limits = LimitsJson.Read(row.GetString(6)),
            ExpiresAt = SqlValues.TimeOrNull(row, 8),
            RevokedAt = SqlValues.TimeOrNull(row, 9),
            Successor = SqlValues.TextOrNull(row, 10),
            Change = row.GetInt64(11),
        };
    }
}
