using System.Data.Common;
using OrleansInference.Api.Storage;
using OrleansInference.Silo.Storage.Sql;

namespace OrleansInference.Silo.Storage.Responses;

/// <summary>Responses in PostgreSQL or SQLite.</summary>
internal sealed class SqlResponseStore : IResponseStore
{
    private const string Columns = "tenant, id, status, background, previous, conversation, created_at, expires_at, touched_at, document, input, work, session, output, result";
    private const long PrunedAtOnce = 500;
    private const string Running = "status IN ('queued', 'in_progress')";

    private readonly SqlRunner _runner;
    private readonly ConversationItems _items;
    private readonly string _cluster;
    private readonly string _table;
    private readonly string _insert, _find, _turns, _attach, _end, _cancel, _skip, _delete, _claim, _prune, _pruneConversations, _list, _findSession;

    /// <param name="dialect">Database, with the tables of the last migration.</param>
    /// <param name="cluster">Cluster, of several in one database.</param>
    public SqlResponseStore(SqlDialect dialect, string cluster)
    {
        _runner = new SqlRunner(dialect);
        _items = new ConversationItems(dialect.Schema, cluster);
        _cluster = cluster;
        string table = _table = $"{dialect.Schema}response";
        _insert = $"INSERT INTO {table} (cluster, {Columns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) ON CONFLICT DO NOTHING";
        _find = $"SELECT {Columns} FROM {table} WHERE cluster = $1 AND tenant = $2 AND id = $3";
        string qualified = string.Join(", ", Columns.Split(", ").Select(static column => $"turn.{column}"));
        _turns =
            $"""
            WITH RECURSIVE chain (id, previous, depth) AS (
                SELECT id, previous, 1 FROM {table} WHERE cluster = $1 AND tenant = $2 AND id = $3
                UNION ALL
                SELECT turn.id, turn.previous, chain.depth + 1 FROM chain JOIN {table} AS turn ON turn.cluster = $1 AND turn.tenant = $2 AND turn.id = chain.previous WHERE chain.depth < $4)
            SELECT {qualified} FROM chain JOIN {table} AS turn ON turn.cluster = $1 AND turn.id = chain.id ORDER BY chain.depth DESC
            """;
        _attach = $"UPDATE {table} SET session = $3, status = 'in_progress' WHERE cluster = $1 AND id = $2 AND {Running}";
        _end =
            $"""
            UPDATE {table} SET status = CASE WHEN status = 'cancelled' THEN status ELSE $3 END, work = NULL, session = NULL, output = $4, result = $5
            WHERE cluster = $1 AND id = $2 AND ({Running} OR (status = 'cancelled' AND result IS NULL)) RETURNING status, conversation
            """;
        _cancel = $"UPDATE {table} SET status = 'cancelled' WHERE cluster = $1 AND tenant = $2 AND id = $3 AND {Running}";
        _skip = $"UPDATE {table} SET previous = (SELECT gone.previous FROM {table} AS gone WHERE gone.cluster = $1 AND gone.tenant = $2 AND gone.id = $3) WHERE cluster = $1 AND tenant = $2 AND previous = $3";
        _delete = $"DELETE FROM {table} WHERE cluster = $1 AND tenant = $2 AND id = $3";
        _claim =
            $"""
            UPDATE {table} SET touched_at = $3
            WHERE cluster = $1 AND touched_at <= $2 AND {Running} AND id IN (
                SELECT id FROM {table} WHERE cluster = $1 AND touched_at <= $2 AND {Running} AND background = 1 ORDER BY touched_at LIMIT $4)
            RETURNING {Columns}
            """;
        string session = $"SELECT id, created_at, expires_at, CAST({dialect.ArrayLength("input")} + COALESCE({dialect.ArrayLength("output")}, 0) AS integer) FROM {table} WHERE cluster = $1 AND tenant = $2";
        _list = $"{session} AND id > $3 ORDER BY id LIMIT $4";
        _findSession = $"{session} AND id = $3";
        _prune = Prune(table);
        _pruneConversations = Prune($"{dialect.Schema}conversation");

        static string Prune(string of) => $"DELETE FROM {of} WHERE cluster = $1 AND id IN (SELECT id FROM {of} WHERE cluster = $1 AND expires_at <= $2 ORDER BY expires_at LIMIT $3) RETURNING id";
    }

    public bool IsDurable => true;

    public Task AddAsync(StoredResponse response, CancellationToken cancellation) => _runner.TransactAsync(
        statements => statements.ExecuteAsync(
            _insert, cancellation, _cluster, response.Tenant, response.Id, response.Status.Name(), response.Background ? 1 : 0, SqlValues.Text(response.Previous), SqlValues.Text(response.Conversation),
            SqlValues.Time(response.CreatedAt), SqlValues.Time(response.ExpiresAt), SqlValues.Time(response.TouchedAt), response.Document, response.Input, SqlValues.Text(response.Work), SqlValues.Text(response.Session),
            SqlValues.Text(response.Output), SqlValues.Text(response.Result)),
        cancellation);

    public async Task<StoredResponse?> FindAsync(string tenant, string id, CancellationToken cancellation) =>
        await _runner.ListAsync(_find, Read, cancellation, _cluster, tenant, id) is [StoredResponse found] ? found : null;

    public Task<IReadOnlyList<StoredSession>> ListAsync(string tenant, string after, int count, CancellationToken cancellation) =>
        _runner.ListAsync(_list, SessionRow.Read, cancellation, _cluster, tenant, after, count);

    public async Task<StoredSession?> FindSessionAsync(string tenant, string id, CancellationToken cancellation) =>
        await _runner.ListAsync(_findSession, SessionRow.Read, cancellation, _cluster, tenant, id) is [StoredSession found] ? found : null;

    public Task<IReadOnlyList<StoredResponse>> ListTurnsAsync(string tenant, string id, int most, CancellationToken cancellation) =>
        _runner.ListAsync(_turns, Read, cancellation, _cluster, tenant, id, most);

    public Task AttachAsync(string id, string session, CancellationToken cancellation) =>
        _runner.TransactAsync(statements => statements.ExecuteAsync(_attach, cancellation, _cluster, id, session), cancellation);

    public Task<ResponseStatus?> EndAsync(StoredResponse ended, IReadOnlyList<StoredItem> turn, CancellationToken cancellation) => _runner.TransactAsync<ResponseStatus?>(
        async statements =>
        {
            IReadOnlyList<(string Status, string? Conversation)> rows = await statements.ListAsync(
                _end, static row => (row.GetString(0), SqlValues.TextOrNull(row, 1)), cancellation, _cluster, ended.Id, ended.Status.Name(), SqlValues.Text(ended.Output), SqlValues.Text(ended.Result));
            if (rows.Count == 0)
            {
                return null;
            }

            (ResponseStatus status, string? conversation) = (ResponseStatuses.Parse(rows[0].Status), rows[0].Conversation);
            if (status is not ResponseStatus.Cancelled && conversation is not null)
            {
                await _items.AppendAsync(statements, ended.Tenant, conversation, turn, ended.ExpiresAt, cancellation);
            }

            return status;
        },
        cancellation);

    public Task<bool> CancelAsync(string tenant, string id, CancellationToken cancellation) =>
        _runner.TransactAsync(async statements => await statements.ExecuteAsync(_cancel, cancellation, _cluster, tenant, id) > 0, cancellation);

    public Task<bool> DeleteAsync(string tenant, string id, CancellationToken cancellation) => _runner.TransactAsync(
        async statements =>
        {
            await statements.ExecuteAsync(_skip, cancellation, _cluster, tenant, id);
            return await statements.ExecuteAsync(_delete, cancellation, _cluster, tenant, id) > 0;
        },
        cancellation);

    public Task<IReadOnlyList<string>> TouchAsync(IReadOnlyList<string> ids, DateTimeOffset now, CancellationToken cancellation) => _runner.ListAsync(
        $"UPDATE {_table} SET touched_at = $2 WHERE cluster = $1 AND id IN ({SqlValues.Places(3, ids.Count)}) AND {Running} RETURNING id", static row => row.GetString(0), cancellation, [_cluster, SqlValues.Time(now), .. ids]);

    public Task<IReadOnlyList<StoredResponse>> ClaimAsync(DateTimeOffset before, DateTimeOffset now, int most, CancellationToken cancellation) =>
        _runner.ListAsync(_claim, Read, cancellation, _cluster, SqlValues.Time(before), SqlValues.Time(now), most);

    public async Task<int> PruneAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        int pruned = 0;
        int batch;
        do
        {
            batch = await _runner.TransactAsync(statements => PruneBatchAsync(statements, now, cancellation), cancellation);
            pruned += batch;
        }
        while (batch > 0);
        return pruned;
    }

    /// <summary>Deletes the first expired ones. One transaction for all would outlast the time limit of a statement, and be repeated from its start, if many expire together.</summary>
    private async Task<int> PruneBatchAsync(SqlStatements statements, DateTimeOffset now, CancellationToken cancellation)
    {
        IReadOnlyList<string> responses = await statements.ListAsync(_prune, static row => row.GetString(0), cancellation, _cluster, SqlValues.Time(now), PrunedAtOnce);
        if (responses.Count > 0)
        {
            await statements.ExecuteAsync($"UPDATE {_table} SET previous = NULL WHERE cluster = $1 AND previous IN ({SqlValues.Places(2, responses.Count)})", cancellation, [_cluster, .. responses]);
        }

        IReadOnlyList<string> conversations = await statements.ListAsync(_pruneConversations, static row => row.GetString(0), cancellation, _cluster, SqlValues.Time(now), PrunedAtOnce);
        if (conversations.Count > 0)
        {
            await _items.UnlinkAsync(statements, conversations, cancellation);
        }

        return responses.Count + conversations.Count;
    }

    private static StoredResponse Read(DbDataReader row) => new(row.GetString(0), row.GetString(1), SqlValues.Time(row.GetInt64(6)))
    {
        Status = ResponseStatuses.Parse(row.GetString(2)),
        Background = row.GetInt32(3) != 0,
        Previous = SqlValues.TextOrNull(row, 4),
        Conversation = SqlValues.TextOrNull(row, 5),
        ExpiresAt = SqlValues.Time(row.GetInt64(7)),
        TouchedAt = SqlValues.Time(row.GetInt64(8)),
        Document = row.GetString(9),
        Input = row.GetString(10),
        Work = SqlValues.TextOrNull(row, 11),
        Session = SqlValues.TextOrNull(row, 12),
        Output = SqlValues.TextOrNull(row, 13),
        Result = SqlValues.TextOrNull(row, 14),
    };
}
