using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Npgsql;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Models;

namespace OrleansInference.Silo.Storage;

/// <summary>Database of a cluster. Statements wait while it is away.</summary>
public sealed class PostgresDatabase : IAsyncDisposable
{
    private readonly CancellationTokenSource _close = new();
    private readonly CancellationToken _closed;

    public PostgresDatabase(PostgresOptions options)
    {
        NpgsqlConnectionStringBuilder parts = options.Complete();
        Address = $"{parts.Host}:{parts.Port}";
        Timeout = options.Timeout;
        _closed = _close.Token;
        Source = NpgsqlDataSource.Create(parts);
    }

    /// <summary>Host and port, for messages.</summary>
    public string Address { get; }

    public NpgsqlDataSource Source { get; }

    /// <summary>Time for which a statement waits for a database that is away.</summary>
    public TimeSpan Timeout { get; }

    /// <summary>Whether an error means that the database is away or busy, as opposed to a wrong statement. In that case the pooled connections are discarded.</summary>
    public bool IsAway(Exception error)
    {
        bool away = error is NpgsqlException { IsTransient: true } or PostgresException
        {
            SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow
                or PostgresErrorCodes.IdleSessionTimeout or PostgresErrorCodes.ReadOnlySqlTransaction,
        };
        if (away)
        {
            Source.Clear();
        }

        return away;
    }

    /// <summary>Executes an idempotent statement, with retries while the database is away.</summary>
    /// <param name="sql">Statement with $1, $2, … for <paramref name="arguments"/>.</param>
    /// <param name="read">Creates the answer from the rows.</param>
    /// <param name="arguments">Arguments in order.</param>
    /// <exception cref="InferenceException"><see cref="ErrorCode.Unavailable"/>: the time limit has expired.</exception>
    public Task<T> AskAsync<T>(string sql, Func<NpgsqlDataReader, CancellationToken, Task<T>> read, params object[] arguments) =>
        AskAsync(Timeout, sql, read, arguments);

    /// <summary>Executes an idempotent statement, with retries until a time limit.</summary>
    /// <param name="timeout">Time to wait for a database that is away; zero makes one attempt.</param>
    /// <param name="sql">Statement with $1, $2, … for <paramref name="arguments"/>.</param>
    /// <param name="read">Creates the answer from the rows.</param>
    /// <param name="arguments">Arguments in order.</param>
    /// <exception cref="InferenceException"><see cref="ErrorCode.Unavailable"/>: the time limit has expired.</exception>
    public Task<T> AskAsync<T>(TimeSpan timeout, string sql, Func<NpgsqlDataReader, CancellationToken, Task<T>> read, params object[] arguments) =>
        PatientlyAsync(cancellation => AskOnceAsync(sql, read, cancellation, arguments), timeout, _closed);

    /// <summary>Executes a statement once.</summary>
    /// <param name="sql">Statement with $1, $2, … for <paramref name="arguments"/>.</param>
    /// <param name="read">Creates the answer from the rows.</param>
    /// <param name="cancellation">Cancels the wait for the answer.</param>
    /// <param name="arguments">Arguments in order.</param>
    /// <exception cref="NpgsqlException">The database is away, or refuses the statement.</exception>
    public async Task<T> AskOnceAsync<T>(string sql, Func<NpgsqlDataReader, CancellationToken, Task<T>> read, CancellationToken cancellation, params object[] arguments)
    {
        await using NpgsqlCommand command = Source.CreateCommand(sql);
        foreach (object argument in arguments)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = argument });
        }

        await using NpgsqlDataReader rows = await command.ExecuteReaderAsync(cancellation);
        return await read(rows, cancellation);
    }

    /// <summary>Runs idempotent work, with retries while the database is away.</summary>
    /// <exception cref="InferenceException"><see cref="ErrorCode.Unavailable"/>: the time limit has expired.</exception>
    public async Task<T> PatientlyAsync<T>(Func<CancellationToken, Task<T>> work, TimeSpan patience, CancellationToken cancellation)
    {
        long since = Stopwatch.GetTimestamp();
        Backoff backoff = default;
        while (true)
        {
            TimeSpan wait = backoff.Next();
            try
            {
                return await work(cancellation);
            }
            catch (NpgsqlException error) when (IsAway(error))
            {
                if (Stopwatch.GetElapsedTime(since) + wait > patience)
                {
                    ThrowAway(patience, error);
                }
            }

            await Task.Delay(wait, cancellation);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _close.CancelAsync();
        await Source.DisposeAsync();
        _close.Dispose();
    }

    [DoesNotReturn]
    private void ThrowAway(TimeSpan patience, Exception error) => throw new InferenceException(
        ErrorCode.Unavailable,
        FormattableString.Invariant($"PostgreSQL at {Address} does not answer after {patience.TotalSeconds:0.#} s: {error.Message}"),
        inner: error);
}
