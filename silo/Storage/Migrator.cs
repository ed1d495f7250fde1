using Npgsql;
using OrleansInference.Models;

namespace OrleansInference.Silo.Storage;

/// <summary>
/// Upgrades a database to the version of the program, all steps in one transaction. If several silos start together, one upgrades and the others wait for it.
/// The database stores the lowest version that a program must know. A program with that version can use a database that later programs have upgraded, as in a
/// rolling upgrade.
/// </summary>
internal static class Migrator
{
    private const long LockKey = 0x4F49_6D69_6772; // used by this program alone

    private const string Begin =
        """
        CREATE SCHEMA IF NOT EXISTS inference;
        CREATE TABLE inference.migration (version integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now(), oldest_program integer);
        """;

    private const string HasOldest =
        "SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'inference.migration'::regclass AND attname = 'oldest_program' AND NOT attisdropped)";

    /// <returns>Number of steps that were missing.</returns>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: a later program has made an incompatible change.</exception>
    public static Task<int> ApplyAsync(PostgresDatabase database, CancellationToken cancellation) => ApplyAsync(database, Migration.All, cancellation);

    public static async Task<int> ApplyAsync(PostgresDatabase database, IReadOnlyList<Migration> migrations, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await database.Source.OpenConnectionAsync(cancellation);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellation);
        await ExecuteAsync(connection, $"SELECT pg_advisory_xact_lock({LockKey})", cancellation);
        await PrepareAsync(connection, migrations, cancellation);
        int applied = await NumberAsync(connection, "SELECT coalesce(max(version), 0) FROM inference.migration", cancellation);
        int oldest = await NumberAsync(connection, "SELECT coalesce(max(coalesce(oldest_program, version)), 0) FROM inference.migration", cancellation);
        if (oldest > migrations.Count)
        {
            string message = $"The database at {database.Address} has version {applied}; this program knows versions up to {migrations.Count}. "
                + $"Expected a program that knows at least version {oldest}.";
            throw new InferenceException(ErrorCode.InvalidOption, message, "Postgres:ConnectionString");
        }

        foreach (Migration migration in migrations.Skip(applied))
        {
            await ExecuteAsync(connection, migration.Sql, cancellation);
            await ExecuteAsync(
                connection, "INSERT INTO inference.migration (version, name, oldest_program) VALUES ($1, $2, $3)", cancellation, migration.Version, migration.Name, OldestProgram(migrations, migration.Version));
        }

        await transaction.CommitAsync(cancellation);
        return Math.Max(0, migrations.Count - applied);
    }

    /// <summary>Lowest version that a program must know to use a database of a version: that of the last incompatible step.</summary>
    private static int OldestProgram(IReadOnlyList<Migration> migrations, int version) => migrations.Take(version).LastOrDefault(static migration => !migration.Compatible)?.Version ?? 1;

    /// <summary>Creates the table of steps, or adds the column for compatibility that early programs did not write.</summary>
    private static async Task PrepareAsync(NpgsqlConnection connection, IReadOnlyList<Migration> migrations, CancellationToken cancellation)
    {
        if (await ScalarAsync(connection, "SELECT to_regclass('inference.migration') IS NOT NULL", cancellation) is not true)
        {
            await ExecuteAsync(connection, Begin, cancellation);
        }
        else if (await ScalarAsync(connection, HasOldest, cancellation) is not true)
        {
            await ExecuteAsync(connection, "ALTER TABLE inference.migration ADD COLUMN oldest_program integer", cancellation);
            foreach (Migration migration in migrations)
            {
                await ExecuteAsync(
                    connection, "UPDATE inference.migration SET oldest_program = $2 WHERE version = $1", cancellation, migration.Version, OldestProgram(migrations, migration.Version));
            }
        }
    }

    private static async Task<int> NumberAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation) => (int)(await ScalarAsync(connection, sql, cancellation))!;

    private static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new(sql, connection);
        return await command.ExecuteScalarAsync(cancellation);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation, params object[] arguments)
    {
        await using NpgsqlCommand command = new(sql, connection) { CommandTimeout = 0 };
        foreach (object argument in arguments)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = argument });
        }

        await command.ExecuteNonQueryAsync(cancellation);
    }
}
