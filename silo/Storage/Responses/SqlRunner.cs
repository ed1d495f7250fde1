using System.Data.Common;
using System.Diagnostics;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Models;
using OrleansInference.Silo.Storage.Tenancy;

namespace OrleansInference.Silo.Storage.Responses;

/// <summary>Runs statements on PostgreSQL or SQLite, with repetitions while the database restarts. The statements are idempotent.</summary>
internal sealed class SqlRunner(SqlDialect dialect)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    public string Schema => dialect.Schema;

    /// <summary>Runs a statement in a transaction of its own.</summary>
    public Task<IReadOnlyList<T>> ListAsync<T>(string sql, Func<DbDataReader, T> read, CancellationToken cancellation, params object[] arguments) =>
        GuardAsync(async connection => await new Statements(dialect, connection, null).ListAsync(sql, read, cancellation, arguments), cancellation);

    /// <summary>Runs statements in one transaction.</summary>
    public Task<T> TransactAsync<T>(Func<Statements, Task<T>> work, CancellationToken cancellation) => GuardAsync(
        async connection =>
        {
            await using DbTransaction transaction = await connection.BeginTransactionAsync(cancellation);
            T result = await work(new Statements(dialect, connection, transaction));
            await transaction.CommitAsync(cancellation);
            return result;
        },
        cancellation);

    private async Task<T> GuardAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken cancellation)
    {
        long since = Stopwatch.GetTimestamp();
        Backoff backoff = default;
        while (true)
        {
            TimeSpan wait = backoff.Next();
            try
            {
                await using DbConnection connection = await dialect.Source.OpenConnectionAsync(cancellation);
                return await work(connection);
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

    /// <summary>Statements of one transaction.</summary>
    internal sealed class Statements(SqlDialect dialect, DbConnection connection, DbTransaction? transaction)
    {
        /// <returns>Rows of the statement's answer.</returns>
        public async Task<IReadOnlyList<T>> ListAsync<T>(string sql, Func<DbDataReader, T> read, CancellationToken cancellation, params object[] arguments)
        {
            await using DbCommand command = Command(sql, arguments);
            await using DbDataReader rows = await command.ExecuteReaderAsync(cancellation);
            List<T> found = [];
            while (await rows.ReadAsync(cancellation))
            {
                found.Add(read(rows));
            }

            return found;
        }

        /// <returns>Number of changed rows.</returns>
        public async Task<int> ExecuteAsync(string sql, CancellationToken cancellation, params object[] arguments)
        {
            await using DbCommand command = Command(sql, arguments);
            return await command.ExecuteNonQueryAsync(cancellation);
        }

        private DbCommand Command(string sql, object[] arguments)
        {
            DbCommand command = connection.CreateCommand();
            command.CommandText = sql;
            command.Transaction = transaction;
            for (int i = 0; i < arguments.Length; i++)
            {
                DbParameter parameter = command.CreateParameter();
                parameter.ParameterName = dialect.NamesParameters ? $"${i + 1}" : string.Empty;
                parameter.Value = arguments[i];
                command.Parameters.Add(parameter);
            }

            return command;
        }
    }
}
