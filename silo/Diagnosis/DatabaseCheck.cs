using System.Net.Sockets;
using Npgsql;
using OrleansInference.Models;
using OrleansInference.Silo.Settings;
using OrleansInference.Silo.Storage;

namespace OrleansInference.Silo.Diagnosis;

/// <summary>Checks of PostgreSQL: the configured server, or the programs to start one.</summary>
internal static class DatabaseCheck
{
    private static readonly TimeSpan MostDifference = TimeSpan.FromSeconds(1);

    /// <param name="options">Options including the content of secret files.</param>
    public static async Task<Finding> ExamineAsync(NodeOptions options)
    {
        if (options.Database.Postgres is { } connection)
        {
            return await ConnectAsync(new PostgresOptions { ConnectionString = connection, ClusterId = options.Member.ClusterId });
        }

        string? folder = PostgresBinaries.Find();
        if (options.Nodes.Count == 1)
        {
            return Found(FindingLevel.Ok, folder is null ? "not needed by one node, and not installed" : $"not needed by one node; {folder} for several");
        }

        return folder is null
            ? Found(FindingLevel.Failed, $"{options.Nodes.Count} nodes need it, and initdb, pg_ctl and postgres are not in /usr/lib/postgresql/*/bin or on the PATH. Install it (Debian: apt-get install postgresql), or give a connection with --postgres.")
            : Found(FindingLevel.Ok, $"is started from {folder}");
    }

    private static async Task<Finding> ConnectAsync(PostgresOptions options)
    {
        try
        {
            NpgsqlConnectionStringBuilder parts = options.Complete();
            parts.Pooling = false;
            await using NpgsqlConnection connection = new(parts.ConnectionString);
            await connection.OpenAsync();
            await using NpgsqlCommand command = new("SELECT clock_timestamp()", connection);
            DateTime before = DateTime.UtcNow;
            DateTime theirs = (DateTime)(await command.ExecuteScalarAsync())!;
            TimeSpan difference = (theirs - before).Duration();
            string server = $"version {connection.PostgreSqlVersion} at {parts.Host}:{parts.Port}";
            return difference > MostDifference
                ? Found(FindingLevel.Warning, FormattableString.Invariant($"{server}, whose clock differs by {difference.TotalSeconds:0.#} s. Synchronize the clocks of both machines."))
                : Found(FindingLevel.Ok, server);
        }
        catch (InferenceException malformed)
        {
            return Found(FindingLevel.Failed, malformed.Message);
        }
        catch (Exception error) when (error is NpgsqlException or SocketException or TimeoutException)
        {
            return Found(FindingLevel.Failed, $"refuses the connection: {(error.InnerException ?? error).Message.ReplaceLineEndings(" ").TrimEnd('.')}. Start it, or correct the setting Postgres.");
        }
    }

    private static Finding Found(FindingLevel level, string text) => new("PostgreSQL", level, text);
}
