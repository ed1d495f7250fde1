using System.Data.Common;
using OrleansInference.Api.Storage;
using OrleansInference.Silo.Storage.Sql;

namespace OrleansInference.Silo.Storage.Responses;

/// <summary>Conversations in PostgreSQL or SQLite.</summary>
internal sealed class SqlConversationStore : IConversationStore
{
    private const string Columns = "tenant, id, created_at, metadata, expires_at";

    private readonly SqlRunner _runner;
    private readonly ConversationItems _items;
    private readonly string _cluster;
    private readonly string _insert, _find, _update, _delete, _list, _listAfter, _listNewest, _listNewestAfter, _findItem, _deleteItem, _responses, _listSessions, _findSession;

    /// <param name="dialect">Database, with the tables of the last migration.</param>
    /// <param name="cluster">Cluster, of several in one database.</param>
    public SqlConversationStore(SqlDialect dialect, string cluster)
    {
        _runner = new SqlRunner(dialect);
        _items = new ConversationItems(dialect.Schema, cluster);
        _cluster = cluster;
        (string table, string items) = ($"{dialect.Schema}conversation", $"{dialect.Schema}conversation_item");
        _insert = $"INSERT INTO {table} (cluster, {Columns}, next_position) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
        _find = $"SELECT {Columns} FROM {table} WHERE cluster = $1 AND tenant = $2 AND id = $3";
        _update = $"UPDATE {table} SET metadata = $4 WHERE cluster = $1 AND tenant = $2 AND id = $3 RETURNING {Columns}";
        _delete = $"DELETE FROM {table} WHERE cluster = $1 AND tenant = $2 AND id = $3 RETURNING id";
        string session =
            $"""
            SELECT id, created_at, expires_at, CAST((SELECT count(*) FROM {items} AS item WHERE item.cluster = $1 AND item.conversation = head.id) AS integer)
            FROM {table} AS head WHERE cluster = $1 AND tenant = $2
            """;
        _listSessions = $"{session} AND id > $3 ORDER BY id LIMIT $4";
        _findSession = $"{session} AND id = $3";
        string owned = $"WHERE cluster = $1 AND conversation = $3 AND EXISTS (SELECT 1 FROM {table} AS head WHERE head.cluster = $1 AND head.tenant = $2 AND head.id = $3)";
        string place = $"(SELECT place.position FROM {items} AS place WHERE place.cluster = $1 AND place.conversation = $3 AND place.id = $5)";
        _list = $"SELECT id, item FROM {items} {owned} ORDER BY position LIMIT $4";
        _listAfter = $"SELECT id, item FROM {items} {owned} AND position > {place} ORDER BY position LIMIT $4";
        _listNewest = $"SELECT id, item FROM {items} {owned} ORDER BY position DESC LIMIT $4";
        _listNewestAfter = $"SELECT id, item FROM {items} {owned} AND position < {place} ORDER BY position DESC LIMIT $4";
        _findItem = $"SELECT id, item FROM {items} {owned} AND id = $4";
        _deleteItem = $"DELETE FROM {items} {owned} AND id = $4 RETURNING id";
        _responses = $"SELECT id FROM {dialect.Schema}response WHERE cluster = $1 AND tenant = $2 AND conversation = $3 ORDER BY created_at, id";
    }

    public Task AddAsync(StoredConversation conversation, IReadOnlyList<StoredItem> items, CancellationToken cancellation) => _runner.TransactAsync(
        async statements =>
        {
            await statements.ExecuteAsync(
                _insert, cancellation, _cluster, conversation.Tenant, conversation.Id, SqlValues.Time(conversation.CreatedAt), conversation.Metadata, SqlValues.Time(conversation.ExpiresAt), (long)items.Count);
            await _items.InsertAsync(statements, conversation.Id, 0, items, cancellation);
            return true;
        },
        cancellation);

    public async Task<StoredConversation?> FindAsync(string tenant, string id, CancellationToken cancellation) =>
        await _runner.ListAsync(_find, Read, cancellation, _cluster, tenant, id) is [StoredConversation found] ? found : null;

    public Task<IReadOnlyList<StoredSession>> ListAsync(string tenant, string after, int count, CancellationToken cancellation) =>
        _runner.ListAsync(_listSessions, SessionRow.Read, cancellation, _cluster, tenant, after, count);

    public async Task<StoredSession?> FindSessionAsync(string tenant, string id, CancellationToken cancellation) =>
        await _runner.ListAsync(_findSession, SessionRow.Read, cancellation, _cluster, tenant, id) is [StoredSession found] ? found : null;

    public async Task<StoredConversation?> UpdateAsync(string tenant, string id, string metadata, CancellationToken cancellation) =>
        await _runner.ListAsync(_update, Read, cancellation, _cluster, tenant, id, metadata) is [StoredConversation found] ? found : null;

    public Task<bool> DeleteAsync(string tenant, string id, CancellationToken cancellation) => _runner.TransactAsync(
        async statements =>
        {
            IReadOnlyList<string> deleted = await statements.ListAsync(_delete, static row => row.GetString(0), cancellation, _cluster, tenant, id);
            if (deleted.Count > 0)
            {
                await _items.UnlinkAsync(statements, deleted, cancellation);
            }

            return deleted.Count > 0;
        },
        cancellation);

    public Task<bool> AppendAsync(string tenant, string id, IReadOnlyList<StoredItem> items, DateTimeOffset expiresAt, CancellationToken cancellation) =>
        _runner.TransactAsync(statements => _items.AppendAsync(statements, tenant, id, items, expiresAt, cancellation), cancellation);

    public Task<IReadOnlyList<StoredItem>> ListItemsAsync(string tenant, string id, string? after, int count, bool newestFirst, CancellationToken cancellation) => after is null
        ? _runner.ListAsync(newestFirst ? _listNewest : _list, ReadItem, cancellation, _cluster, tenant, id, count)
        : _runner.ListAsync(newestFirst ? _listNewestAfter : _listAfter, ReadItem, cancellation, _cluster, tenant, id, count, after);

    public async Task<StoredItem?> FindItemAsync(string tenant, string id, string item, CancellationToken cancellation) =>
        await _runner.ListAsync(_findItem, ReadItem, cancellation, _cluster, tenant, id, item) is [StoredItem found] ? found : null;

    public async Task<bool> DeleteItemAsync(string tenant, string id, string item, CancellationToken cancellation) =>
        (await _runner.ListAsync(_deleteItem, static row => row.GetString(0), cancellation, _cluster, tenant, id, item)).Count > 0;

    public Task<IReadOnlyList<string>> ListResponsesAsync(string tenant, string id, CancellationToken cancellation) =>
        _runner.ListAsync(_responses, static row => row.GetString(0), cancellation, _cluster, tenant, id);

    private static StoredConversation Read(DbDataReader row) => new(row.GetString(0), row.GetString(1), SqlValues.Time(row.GetInt64(2)), row.GetString(3), SqlValues.Time(row.GetInt64(4)));

    private static StoredItem ReadItem(DbDataReader row) => new(row.GetString(0), row.GetString(1));
}
