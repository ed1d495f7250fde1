using Npgsql;
using OrleansInference.Serving.Control;

namespace OrleansInference.Silo.Storage;

/// <summary>The sessions of a cluster.</summary>
internal sealed class SessionTable(PostgresDatabase database, string cluster)
{
    private const string Select = "SELECT body FROM inference.session WHERE cluster = $1 AND number = $2";

    private const string SelectUnfinished = "SELECT number FROM inference.session WHERE cluster = $1 AND ended_at IS NULL ORDER BY number";

    // A token log only grows, and an end is an end: a silo that was frozen and wakes cannot put back what others have written since. In the order of
    // the numbers, so that two silos that write the same sessions wait for each other in one order only.
    private const string Upsert =
        """
        INSERT INTO inference.session AS stored (cluster, number, tokens, ended_at, updated_at, body)
        SELECT $1, number, tokens, CASE WHEN ended THEN now() END, now(), body
        FROM unnest($2, $3, $4, $5) AS given (number, tokens, ended, body)
        ORDER BY number
        ON CONFLICT (cluster, number) DO UPDATE
        SET tokens = excluded.tokens, ended_at = excluded.ended_at, updated_at = excluded.updated_at, body = excluded.body
        WHERE stored.ended_at IS NULL AND (excluded.ended_at IS NOT NULL OR excluded.tokens >= stored.tokens)
        """;

    private const string Delete =
        """
        DELETE FROM inference.session WHERE cluster = $1 AND number = ANY (ARRAY(
            SELECT number FROM inference.session
            WHERE cluster = $1 AND ended_at <= now() - $2
            ORDER BY ended_at LIMIT $3
            FOR UPDATE SKIP LOCKED))
        """;

    public Task<SessionRecord?> ReadAsync(int session) => database.AskAsync(
        Select,
        static async (rows, cancellation) => await rows.ReadAsync(cancellation) ? ControlCodec.ReadRecord(rows.GetFieldValue<byte[]>(0)) : null,
        cluster,
        session);

    public Task<IReadOnlyList<int>> UnfinishedAsync() => database.AskAsync(SelectUnfinished, NumbersAsync, cluster);

    /// <summary>Writes a batch in one statement, once.</summary>
    public async Task WriteAsync(SessionBatch batch, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = database.Source.CreateCommand(Upsert);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = cluster });
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. batch.Numbers] });
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. batch.Tokens] });
        command.Parameters.Add(new NpgsqlParameter<bool[]> { TypedValue = [.. batch.Ended] });
        command.Parameters.Add(new NpgsqlParameter<byte[][]> { TypedValue = [.. batch.Bodies] });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Removes sessions that ended <paramref name="retention"/> ago, the oldest first.</summary>
    /// <returns>How many, at most <paramref name="most"/>.</returns>
    public Task<int> PruneAsync(TimeSpan retention, int most) => database.AskAsync(
        Delete,
        static (rows, _) => Task.FromResult(rows.RecordsAffected),
        cluster,
        retention,
        most);

    private static async Task<IReadOnlyList<int>> NumbersAsync(NpgsqlDataReader rows, CancellationToken cancellation)
    {
        List<int> numbers = [];
        while (await rows.ReadAsync(cancellation))
        {
            numbers.Add(rows.GetInt32(0));
        }

        return numbers;
    }
}
