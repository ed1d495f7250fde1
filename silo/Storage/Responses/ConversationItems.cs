using System.Globalization;
using OrleansInference.Api.Storage;
using OrleansInference.Silo.Storage.Sql;

namespace OrleansInference.Silo.Storage.Responses;

/// <summary>Items of conversations, as statements of a transaction.</summary>
internal sealed class ConversationItems(string schema, string cluster)
{
    private const int ItemsAtOnce = 200;

    private readonly string _advance = $"UPDATE {schema}conversation SET next_position = next_position + $4, expires_at = $5 WHERE cluster = $1 AND tenant = $2 AND id = $3 RETURNING next_position";

    /// <summary>Adds items at the end. The conversation's row is locked until the commit, so that the items are contiguous.</summary>
    /// <returns>Whether the conversation exists.</returns>
    public async Task<bool> AppendAsync(SqlStatements statements, string tenant, string conversation, IReadOnlyList<StoredItem> items, DateTimeOffset expiresAt, CancellationToken cancellation)
    {
        IReadOnlyList<long> end = await statements.ListAsync(_advance, static row => row.GetInt64(0), cancellation, cluster, tenant, conversation, (long)items.Count, SqlValues.Time(expiresAt));
        if (end.Count == 0)
        {
            return false;
        }

        await InsertAsync(statements, conversation, end[0] - items.Count, items, cancellation);
        return true;
    }

    public async Task InsertAsync(SqlStatements statements, string conversation, long position, IReadOnlyList<StoredItem> items, CancellationToken cancellation)
    {
        foreach (StoredItem[] part in items.Chunk(ItemsAtOnce))
        {
            string rows = string.Join(", ", Enumerable.Range(0, part.Length).Select(static number => string.Create(CultureInfo.InvariantCulture, $"($1, $2, ${(3 * number) + 3}, ${(3 * number) + 4}, ${(3 * number) + 5})")));
            long first = position;
            object[] values = [.. part.SelectMany((item, index) => (object[])[item.Id, first + index, item.Json])];
            await statements.ExecuteAsync($"INSERT INTO {schema}conversation_item (cluster, conversation, id, position, item) VALUES {rows} ON CONFLICT DO NOTHING", cancellation, [cluster, conversation, .. values]);
            position += part.Length;
        }
    }

    /// <summary>Removes the links of responses to conversations.</summary>
    public Task UnlinkAsync(SqlStatements statements, IReadOnlyList<string> conversations, CancellationToken cancellation) => statements.ExecuteAsync(
        $"UPDATE {schema}response SET conversation = NULL WHERE cluster = $1 AND conversation IN ({SqlValues.Places(2, conversations.Count)})", cancellation, [cluster, .. conversations]);
}
