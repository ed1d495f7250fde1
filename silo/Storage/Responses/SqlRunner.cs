using System.Data.Common;
using System.Diagnostics;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Models;
using OrleansInference.Silo.Storage.Sql;

namespace OrleansInference.Silo.Storage.Responses;

/// <summary>Runs statements on PostgreSQL or SQLite, with repetitions while the database restarts. The statements are idempotent.</summary>
internal sealed class SqlRunner(SqlDialect dialect)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <summary>Runs a statement in a transaction of its own.</summary>
    public Task<IReadOnlyList<T>> ListAsync<T>(string sql, Func<DbDataReader, T> read, CancellationToken cancellation, params object[] arguments) =>
        RepeatAsync(() => dialect.RunAsync(statements => statements.ListAsync(sql, read, cancellation, arguments), cancellation), cancellation);

    /// <summary>Runs statements in one transaction, which is rolled back if the result is null.</summary>
    public Task<T> TransactAsync<T>(Func<SqlStatements, Task<T>> work, CancellationToken cancellation) => RepeatAsync(() => dialect.RunInTransactionAsync(work, cancellation), cancellation);

    private async Task<T> RepeatAsync<T>(Func<Task<T>> work, CancellationToken cancellation)
    {
        long since = Stopwatch.GetTimestamp();
        Backoff backoff = default;
        while (true)
        {
            TimeSpan wait = backoff.Next();
            try
            {
                return await work();
            }
            catch (DbException error) when (!error.IsTransient || Stopwatch.GetElapsedTime(since) + wait > Timeout)
            {
                throw new InferenceException(ErrorCode.Unavailable, $"The database of responses, {dialect.Address}, does not answer: {error.Message}", inner: error);
            }
            catch (DbException)
            {
                await Task.Delay(wait, cancellation);
            }
        }
    }
}
