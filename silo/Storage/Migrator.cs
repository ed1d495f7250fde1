using Npgsql;
using OrleansInference.Models;

namespace OrleansInference.Silo.Storage;

/// <summary>
/// Brings a database to the version of the program, all steps in one transaction. Of silos that start together one works and the others wait for it.
/// </summary>
internal static class Migrator
{
    private const long LockKey = 0x4F49_6D69_6772; // of ours alone

    private const string Begin =
        """
        CREATE SCHEMA IF NOT EXISTS inference;
        CREATE TABLE inference.migration (version integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now());
        """;

    /// <returns>How many steps were missing.</returns>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: a later version of the program has been here.</exception>
    public static Task<int> ApplyAsync(PostgresDatabase database, CancellationToken cancellation) => ApplyAsync(database, Migration.All, cancellation);

    public static async Task<int> ApplyAsync(PostgresDatabase database, IReadOnlyList<Migration> migrations, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await database.Source.OpenConnectionAsync(cancellation);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellation);
        await ExecuteAsync(connection, $"SELECT pg_advisory_xact_lock({LockKey})", cancellation);
        int applied = await VersionAsync(connection, cancellation);
        if (applied > migrations.Count)
        {
            string message = $"The database at {database.Address} is of version {applied}; this program knows versions up to {migrations.Count}. "
                + "Expected a program at least as late as the database.";
            throw new InferenceException(ErrorCode.InvalidOption, message, "Postgres:ConnectionString");
        }

        foreach (Migration migration in migrations.Skip(applied))
        {
            await ExecuteAsync(connection, migration.Sql, cancellation);
            await ExecuteAsync(connection, "INSERT INTO inference.migration (version, name) VALUES ($1, $2)", cancellation, migration.Version, migration.Name);
        }

        await transaction.CommitAsync(cancellation);
        return migrations.Count - applied;
    }

    /// <summary>0 where nothing of ours is.</summary>
    private static async Task<int> VersionAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        if (await ScalarAsync(connection, "SELECT to_regclass('inference.migration') IS NOT NULL", cancellation) is not true)
        {
            await ExecuteAsync(connection, Begin, cancellation);
        }

        return (int)(await ScalarAsync(connection, "SELECT coalesce(max(version), 0) FROM inference.migration", cancellation))!;
    }

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
