using System.Data.Common;
using OrleansInference.Models;

namespace OrleansInference.Silo.Storage.Sql;

/// <summary>Statements of one connection.</summary>
/// <param name="dialect">Database.</param>
/// <param name="connection">Open connection.</param>
/// <param name="transaction">Transaction of the statements; null if each has its own.</param>
internal sealed class SqlStatements(SqlDialect dialect, DbConnection connection, DbTransaction? transaction)
{
    /// <returns>The rows that a statement returns.</returns>
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

    /// <returns>The first value that a statement returns; null if it returns none.</returns>
    public async Task<object?> ScalarAsync(string sql, CancellationToken cancellation, params object[] arguments)
    {
        await using DbCommand command = Command(sql, arguments);
        return await command.ExecuteScalarAsync(cancellation);
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
            parameter.Value = Storable(arguments[i]);
            command.Parameters.Add(parameter);
        }

        return command;
    }

    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidRequest"/>: PostgreSQL stores no text with U+0000. Requests can have it in labels and ids.</exception>
    private static object Storable(object argument) => argument is string text && text.Contains('\0')
        ? throw new InferenceException(ErrorCode.InvalidRequest, $"'{text.Replace("\0", "\\u0000", StringComparison.Ordinal)}' has the character U+0000, which the database cannot store.")
        : argument;
}
