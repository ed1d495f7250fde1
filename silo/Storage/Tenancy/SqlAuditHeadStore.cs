using System.Data.Common;
using OrleansInference.Silo.Storage.Sql;
using OrleansInference.Tenancy.Audit.Heads;

namespace OrleansInference.Silo.Storage.Tenancy;

/// <summary>Signed heads of the audit logs in PostgreSQL or SQLite.</summary>
internal sealed class SqlAuditHeadStore : IAuditHeadStore
{
    private const string Columns = "node, sequence, hash, signed_at, signature";

    private readonly SqlDialect _dialect;
    private readonly string _cluster;
    private readonly string _save, _read, _list;

    /// <param name="dialect">Database, with the tables of the last migration.</param>
    /// <param name="cluster">Cluster, of several in one database.</param>
    public SqlAuditHeadStore(SqlDialect dialect, string cluster)
    {
        _dialect = dialect;
        _cluster = cluster;
        string heads = $"{dialect.Schema}audit_head";

        // A head that is saved again, because its answer was lost, is not a contradiction.
        _save =
            $"""
            INSERT INTO {heads} AS head (cluster, {Columns}) VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (cluster, node) DO UPDATE SET sequence = excluded.sequence, hash = excluded.hash, signed_at = excluded.signed_at, signature = excluded.signature
            WHERE head.sequence < excluded.sequence OR (head.sequence = excluded.sequence AND head.hash = excluded.hash)
            RETURNING 1
            """;
        _read = $"SELECT {Columns} FROM {heads} WHERE cluster = $1 AND node = $2";
        _list = $"SELECT {Columns} FROM {heads} WHERE cluster = $1 ORDER BY node";
    }

    public async Task<bool> SaveAsync(AuditHead head, CancellationToken cancellation) =>
        (await _dialect.ListAsync(_save, static row => true, cancellation, _cluster, head.Node, head.Sequence, head.Hash, SqlValues.Time(head.SignedAt), head.Signature)).Count > 0;

    public async Task<AuditHead?> ReadAsync(string node, CancellationToken cancellation) => await _dialect.FirstAsync(_read, Read, cancellation, _cluster, node);

    public Task<IReadOnlyList<AuditHead>> ListAsync(CancellationToken cancellation) => _dialect.ListAsync(_list, Read, cancellation, _cluster);

    private static AuditHead Read(DbDataReader row) => new(row.GetString(0), row.GetInt64(1), row.GetString(2), SqlValues.Time(row.GetInt64(3)), row.GetString(4));
}
