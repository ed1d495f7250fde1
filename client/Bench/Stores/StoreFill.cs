using Npgsql;
using OrleansInference.Tenancy.Keys;

namespace OrleansInference.Bench.Stores;

/// <summary>
/// Fills a database as many tenants and conversations leave it: each tenant has a key and a week of usage, each conversation the items and the response of two turns. The rows are made by the database
/// itself, with the same columns as the node writes.
/// </summary>
/// <param name="source">Database with the tables of the last migration, and nothing in them.</param>
/// <param name="cluster">Id of the cluster.</param>
/// <param name="tenants">Number of tenants.</param>
/// <param name="conversations">Number of conversations; conversation <c>n</c> belongs to tenant <c>n</c> modulo their number.</param>
internal sealed class StoreFill(NpgsqlDataSource source, string cluster, int tenants, int conversations)
{
    private const int RowsAtOnce = 50_000;

    // Key ids are twelve letters of base 32; decimal digits map to the first ten.
    private const string KeyIdOf = "translate(lpad(n::text, 12, '0'), '0123456789', 'abcdefghij')";
    private const string Now = "(extract(epoch FROM now()) * 1000)::bigint";
    private const string CreatedAt = $"{Now} - (n::bigint * 2500) % 2500000000"; // over the last 29 days
    private const string Month = "2592000000";

    private static readonly string[] TenantRows =
    [
        $"INSERT INTO inference.tenant (cluster, name, limits, created_at, change) SELECT $1, 'tenant-' || n, '{{}}', {Now}, n + 1 FROM generate_series($2, $3) AS n",
        $"INSERT INTO inference.usage_day (cluster, day, tenant, key, model, requests, prompt_tokens, completion_tokens) SELECT $1, {Now} / 86400000 - day, 'tenant-' || n, {KeyIdOf}, 'demo', 100, 10000, 20000 FROM generate_series($2, $3) AS n, generate_series(1, 7) AS day",
    ];

    private static readonly string[] ConversationRows =
    [
        $"INSERT INTO inference.conversation (cluster, id, tenant, metadata, created_at, expires_at, next_position) SELECT $1, {IdOf("conv_")}, 'tenant-' || n % $4, '{{}}', {CreatedAt}, {CreatedAt} + {Month}, 4 FROM generate_series($2, $3) AS n",
        $$"""
        INSERT INTO inference.conversation_item (cluster, conversation, id, position, item)
        SELECT $1, {{IdOf("conv_")}}, 'msg_' || n || '_' || place, place,
            '{"id":"msg_' || n || '_' || place || '","type":"message","status":"completed",' || CASE place % 2
                WHEN 0 THEN '"role":"user","content":[{"type":"input_text","text":"What is ' || n % 100 || ' + ' || place || '?"}]}'
                ELSE '"role":"assistant","content":[{"type":"output_text","text":"It is ' || n % 100 + place - 1 || '.","annotations":[],"logprobs":[]}]}' END
        FROM generate_series($2, $3) AS n, generate_series(0, 3) AS place WHERE $4 > 0
        """,
        $$"""
        INSERT INTO inference.response (cluster, id, tenant, status, background, conversation, created_at, expires_at, touched_at, document, input, output, result)
        SELECT $1, {{IdOf("resp_")}}, 'tenant-' || n % $4, 'completed', 0, {{IdOf("conv_")}}, {{CreatedAt}}, {{CreatedAt}} + {{Month}}, {{CreatedAt}},
            '{"id":"{{IdTextOf("resp_")}}","object":"response","status":"completed","model":"demo","text":"' || repeat(md5(n::text), 20) || '"}', '[]', '[]', '{}'
        FROM generate_series($2, $3) AS n
        """,
    ];

    /// <summary>Returns the id of a conversation.</summary>
    public static string ConversationId(int number) => string.Create(CultureInfo.InvariantCulture, $"conv_{number:d32}");

    /// <summary>Fills the tables, and collects the statistics of the planner.</summary>
    /// <param name="known">Texts of the keys of the first tenants; those of the others are not known.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    public async Task RunAsync(IReadOnlyList<string> known, CancellationToken cancellationToken)
    {
        await using NpgsqlConnection connection = await source.OpenConnectionAsync(cancellationToken);
        await ExecuteAsync(connection, "SET session_replication_role = replica", cancellationToken); // foreign keys hold without a check of each row
        for (int first = 0; first < tenants; first += RowsAtOnce)
        {
            foreach (string sql in TenantRows)
            {
                await ExecuteAsync(connection, sql, cancellationToken, cluster, first, Math.Min(first + RowsAtOnce, tenants) - 1);
            }
        }

        await ExecuteAsync(
            connection,
            $"""
            INSERT INTO inference.access_key (cluster, id, tenant, role, hash, label, scopes, limits, created_at, change)
            SELECT $1, {KeyIdOf}, 'tenant-' || n, 'user', coalesce($4[n + 1], sha256(n::text::bytea)), '', $3, '{"{}"}', {Now}, $2 + n + 1 FROM generate_series(0, $2 - 1) AS n
            """,
            cancellationToken,
            cluster,
            tenants,
            (int)Roles.RightsOf(Role.User),
            known.Select(KeySecret.Hash).ToArray());
        await ExecuteAsync(connection, "INSERT INTO inference.tenancy_change (cluster, last) VALUES ($1, $2)", cancellationToken, cluster, (long)tenants * 2);
        for (int first = 0; first < conversations; first += RowsAtOnce)
        {
            foreach (string sql in ConversationRows)
            {
                await ExecuteAsync(connection, sql, cancellationToken, cluster, first, Math.Min(first + RowsAtOnce, conversations) - 1, tenants);
            }
        }

        await ExecuteAsync(connection, "SET session_replication_role = DEFAULT", cancellationToken);
        await ExecuteAsync(connection, "VACUUM ANALYZE", cancellationToken);
        await ExecuteAsync(connection, "CHECKPOINT", cancellationToken);
    }

    /// <summary>Creates the text of the key of a tenant.</summary>
    public static string KeyOf(int tenant) =>
        KeySecret.Create(string.Concat(tenant.ToString("d12", CultureInfo.InvariantCulture).Select(static digit => (char)(digit - '0' + 'a'))));

    private static string IdOf(string prefix) => $"'{prefix}' || lpad(n::text, 32, '0')";

    private static string IdTextOf(string prefix) => $"' || {IdOf(prefix)} || '";

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params object[] arguments)
    {
        await using NpgsqlCommand command = new(sql, connection) { CommandTimeout = 0 };
        foreach (object argument in arguments)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = argument });
        }

        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
