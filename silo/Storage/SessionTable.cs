using Npgsql;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Wire;

namespace OrleansInference.Silo.Storage;

/// <summary>Sessions of a cluster.</summary>
internal sealed class SessionTable(PostgresDatabase database, string cluster)
{
    private const string Select =
        """
        SELECT body, state, ARRAY(
            SELECT block.body FROM inference.session_block AS block WHERE block.cluster = $1 AND block.number = $2 ORDER BY block.log, block.first)
        FROM inference.session WHERE cluster = $1 AND number = $2
        """;

    private const string SelectUnfinished = "SELECT number FROM inference.session WHERE cluster = $1 AND ended_at IS NULL ORDER BY number";

    // A token log only grows, and an end is final unless the session was only abandoned: a frozen silo that resumes cannot undo later writes of other silos. Rows are written in the order of
    // their numbers, so that two silos that write the same sessions cannot deadlock.
    private const string Begin =
        """
        INSERT INTO inference.session AS stored
            (cluster, number, tokens, ended_at, left_off, updated_at, state, reported, requests, prompt_tokens, counted_tokens, body, tenant, key, model, lease)
        SELECT $1, number, tokens, CASE WHEN ended THEN now() END, left_off, now(), state, reported, requests, prompt_tokens, counted_tokens, body, tenant, key, model, lease
        FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
            AS given (number, tokens, ended, left_off, state, reported, requests, prompt_tokens, counted_tokens, body, tenant, key, model, lease)
        ORDER BY number
        ON CONFLICT (cluster, number) DO UPDATE
        SET tokens = excluded.tokens, ended_at = excluded.ended_at, left_off = excluded.left_off, updated_at = excluded.updated_at, state = excluded.state,
            reported = excluded.reported, requests = excluded.requests, prompt_tokens = excluded.prompt_tokens, counted_tokens = excluded.counted_tokens
        WHERE CASE WHEN stored.ended_at IS NULL OR stored.left_off
            THEN (excluded.ended_at IS NOT NULL AND NOT excluded.left_off) OR excluded.tokens >= stored.tokens
            ELSE excluded.ended_at IS NOT NULL AND NOT excluded.left_off AND excluded.tokens >= stored.tokens AND excluded.reported AND NOT stored.reported END
        """;

    private const string Continue =
        """
        WITH given AS MATERIALIZED (
            SELECT * FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10)
                AS given (number, tokens, ended, left_off, state, reported, requests, prompt_tokens, counted_tokens)),
        locked AS MATERIALIZED (
            SELECT number FROM inference.session WHERE cluster = $1 AND number = ANY ($2) ORDER BY number FOR NO KEY UPDATE)
        UPDATE inference.session AS stored
        SET tokens = given.tokens, ended_at = CASE WHEN given.ended THEN now() END, left_off = given.left_off, updated_at = now(), state = given.state,
            reported = given.reported, requests = given.requests, prompt_tokens = given.prompt_tokens, counted_tokens = given.counted_tokens
        FROM given JOIN locked USING (number)
        WHERE stored.cluster = $1 AND stored.number = given.number AND CASE WHEN stored.ended_at IS NULL OR stored.left_off
            THEN (given.ended AND NOT given.left_off) OR given.tokens >= stored.tokens
            ELSE given.ended AND NOT given.left_off AND given.tokens >= stored.tokens AND given.reported AND NOT stored.reported END
        """;

    // What a session adds to the usage of its tenant depends only on its row, so that a repeated or late write adds nothing twice.
    private const string Count =
        """
        WITH done AS MATERIALIZED (
            SELECT number, tenant, key, model, requests, prompt_tokens, counted_tokens, added, added_tokens FROM inference.session
            WHERE cluster = $1 AND number = ANY ($2) AND ended_at IS NOT NULL AND tenant IS NOT NULL AND (NOT added OR added_tokens <> counted_tokens)
            ORDER BY number FOR NO KEY UPDATE),
        marked AS (
            UPDATE inference.session AS stored SET added = true, added_tokens = done.counted_tokens
            FROM done WHERE stored.cluster = $1 AND stored.number = done.number)
        INSERT INTO inference.usage_day AS total (cluster, day, tenant, key, model, requests, prompt_tokens, completion_tokens)
        SELECT $1, floor(extract(epoch FROM now()) / 86400)::integer, tenant, key, model,
            sum(CASE WHEN added THEN 0 ELSE requests END), sum(CASE WHEN added THEN 0 ELSE prompt_tokens END), sum(counted_tokens - added_tokens)
        FROM done GROUP BY tenant, key, model ORDER BY tenant, key, model
        ON CONFLICT (cluster, tenant, day, key, model) DO UPDATE
        SET requests = total.requests + excluded.requests, prompt_tokens = total.prompt_tokens + excluded.prompt_tokens,
            completion_tokens = total.completion_tokens + excluded.completion_tokens
        """;

    // A late write of a removed session does not restore it.
    private const string Append =
        """
        INSERT INTO inference.session_block AS stored (cluster, number, log, first, body)
        SELECT $1, number, log, first, body
        FROM unnest($2, $3, $4, $5) AS given (number, log, first, body)
        WHERE EXISTS (SELECT FROM inference.session WHERE session.cluster = $1 AND session.number = given.number)
        ORDER BY number, log, first
        ON CONFLICT (cluster, number, log, first) DO UPDATE
        SET body = excluded.body
        WHERE length(excluded.body) > length(stored.body)
        """;

    private const string Delete =
        """
        WITH gone AS (
            DELETE FROM inference.session WHERE cluster = $1 AND number = ANY (ARRAY(
                SELECT number FROM inference.session
                WHERE cluster = $1 AND ended_at <= now() - $2
                ORDER BY ended_at LIMIT $3
                FOR UPDATE SKIP LOCKED))
            RETURNING number),
        blocks AS (
            DELETE FROM inference.session_block WHERE cluster = $1 AND number IN (SELECT number FROM gone))
        SELECT count(*)::integer FROM gone
        """;

    public Task<SessionRecord?> ReadAsync(int session) => database.AskAsync(
        Select,
        static async (rows, cancellation) => await rows.ReadAsync(cancellation) ? Whole(rows) : null,
        cluster,
        session);

    public Task<IReadOnlyList<int>> UnfinishedAsync() => database.AskAsync(SelectUnfinished, NumbersAsync, cluster);

    /// <summary>Writes a batch in one round trip and one transaction. Makes one attempt.</summary>
    public async Task WriteAsync(SessionBatch batch, CancellationToken cancellation)
    {
        await using NpgsqlBatch commands = database.Source.CreateBatch();
        EncodedSession[] begun = [.. batch.Encoded.Where(static session => session.Beginning is not null)];
        EncodedSession[] continued = [.. batch.Encoded.Where(static session => session.Beginning is null)];
        EncodedBlock[] blocks = [.. batch.Encoded.SelectMany(static session => session.Blocks)];
        if (begun.Length > 0)
        {
            NpgsqlParameterCollection columns = Versions(Command(Begin), begun).Parameters;
            columns.Add(Column(begun, static session => session.Beginning!));
            columns.Add(Column(begun, static session => session.Usage.Tenant));
            columns.Add(Column(begun, static session => session.Usage.Key));
            columns.Add(Column(begun, static session => session.Usage.Model));
            columns.Add(Column(begun, static session => session.Usage.Lease?.ToString("N")));
        }

        if (continued.Length > 0)
        {
            Versions(Command(Continue), continued);
        }

        if (blocks.Length > 0)
        {
            NpgsqlParameterCollection columns = Command(Append).Parameters;
            columns.Add(Column(blocks, static block => block.Number));
            columns.Add(Column(blocks, static block => block.Log));
            columns.Add(Column(blocks, static block => block.First));
            columns.Add(Column(blocks, static block => block.Body));
        }

        EncodedSession[] ended = [.. batch.Encoded.Where(static session => session.Ended)];
        if (ended.Length > 0)
        {
            Command(Count).Parameters.Add(Column(ended, static session => session.Number));
        }

        await commands.ExecuteNonQueryAsync(cancellation);

        NpgsqlBatchCommand Command(string sql)
        {
            NpgsqlBatchCommand command = new(sql);
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = cluster });
            commands.BatchCommands.Add(command);
            return command;
        }
    }

    /// <summary>Removes sessions that ended at least <paramref name="retention"/> ago, the oldest first.</summary>
    /// <returns>Number of removed sessions, at most <paramref name="most"/>.</returns>
    public Task<int> PruneAsync(TimeSpan retention, int most) => database.AskAsync(
        Delete,
        static async (rows, cancellation) => await rows.ReadAsync(cancellation) ? rows.GetInt32(0) : 0,
        cluster,
        retention,
        most);

    private static NpgsqlBatchCommand Versions(NpgsqlBatchCommand command, EncodedSession[] sessions)
    {
        command.Parameters.Add(Column(sessions, static session => session.Number));
        command.Parameters.Add(Column(sessions, static session => session.Tokens));
        command.Parameters.Add(Column(sessions, static session => session.Ended));
        command.Parameters.Add(Column(sessions, static session => session.Abandoned));
        command.Parameters.Add(Column(sessions, static session => session.State));
        command.Parameters.Add(Column(sessions, static session => session.Usage.IsReported));
        command.Parameters.Add(Column(sessions, static session => session.Usage.Requests));
        command.Parameters.Add(Column(sessions, static session => session.Usage.PromptTokens));
        command.Parameters.Add(Column(sessions, static session => session.Usage.CompletionTokens));
        return command;
    }

    private static NpgsqlParameter<TValue[]> Column<T, TValue>(T[] rows, Converter<T, TValue> value) => new() { TypedValue = Array.ConvertAll(rows, value) };

    private static SessionRecord Whole(NpgsqlDataReader row) => SessionParts.Whole(
        ControlCodec.ReadRecord(row.GetFieldValue<byte[]>(0)),
        row.IsDBNull(1) ? null : ControlCodec.ReadState(row.GetFieldValue<byte[]>(1)),
        row.GetFieldValue<byte[][]>(2).Select(static block => ControlCodec.ReadBlock(block)));

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
