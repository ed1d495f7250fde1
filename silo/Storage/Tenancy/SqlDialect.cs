using System.Data.Common;
using OrleansInference.Tenancy.Storage;

namespace OrleansInference.Silo.Storage.Tenancy;

/// <summary>A database whose tables are the same in PostgreSQL and SQLite, with what differs between the two.</summary>
/// <param name="Source">Connections.</param>
/// <param name="Address">Name of the database, for messages.</param>
/// <param name="Schema">Prefix of the tables' names.</param>
/// <param name="NamesParameters">Whether parameters are called $1, $2, … as in the SQL; otherwise their order counts.</param>
internal sealed record SqlDialect(DbDataSource Source, string Address, string Schema, bool NamesParameters)
{
    /// <summary>Clause that locks the selected rows until the end of the transaction. A transaction of SQLite locks the whole database.</summary>
    public string ForUpdate => NamesParameters ? string.Empty : "FOR UPDATE";

    /// <returns>The row that a statement returns; null if it returns none.</returns>
    /// <exception cref="TenancyStoreException">The database does not answer.</exception>
    public async Task<T?> FirstAsync<T>(string sql, Func<DbDataReader, T> read, CancellationToken cancellation, params object[] arguments)
        where T : class => await ListAsync(sql, read, cancellation, arguments) is [T found] ? found : null;

    /// <returns>The rows that a statement returns.</returns>
    /// <exception cref="TenancyStoreException">The database does not answer.</exception>
    public Task<IReadOnlyList<T>> ListAsync<T>(string sql, Func<DbDataReader, T> read, CancellationToken cancellation, params object[] arguments) => GuardAsync<IReadOnlyList<T>>(async () =>
    {
        await using DbConnection connection = await Source.OpenConnectionAsync(cancellation);
        await using DbCommand command = Command(connection, null, sql, arguments);
        await using DbDataReader rows = await command.ExecuteReaderAsync(cancellation);
        List<T> found = [];
        while (await rows.ReadAsync(cancellation))
        {
            found.Add(read(rows));
        }

        return found;
    });

    /// <returns>The rows that a statement of a transaction returns.</returns>
    public async Task<List<T>> ListAsync<T>(DbConnection connection, DbTransaction transaction, string sql, Func<DbDataReader, T> read, CancellationToken cancellation, params object[] arguments)
    {
        await using DbCommand command = Command(connection, transaction, sql, arguments);
        await using DbDataReader rows = await command.ExecuteReaderAsync(cancellation);
        List<T> found = [];
        while (await rows.ReadAsync(cancellation))
        {
            found.Add(read(rows));
        }

        return found;
    }

    /// <returns>The first value that a statement of a transaction returns; null if it returns none.</returns>
    public async Task<object?> ScalarAsync(DbConnection connection, DbTransaction transaction, string sql, CancellationToken cancellation, params object[] arguments)
    {
        await using DbCommand command = Command(connection, transaction, sql, arguments);
        return await command.ExecuteScalarAsync(cancellation);
    }

    /// <summary>Runs work on the database.</summary>
    /// <exception cref="TenancyStoreException">The database does not answer.</exception>
    public async Task<T> GuardAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (DbException error)
        {
            throw new TenancyStoreException($"The database {Address} does not answer: {error.Message}", error);
        }
    }

    private DbCommand Command(DbConnection connection, DbTransaction? transaction, string sql, object[] arguments)
    {
        DbCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.Transaction = transaction;
        for (int i = 0; i < arguments.Length; i++)
        {
            DbParameter parameter = command.CreateParameter();
            parameter.ParameterName = NamesParameters ? $"${i + 1}" : string.Empty;
            parameter.Value = arguments[i];
            command.Parameters.Add(parameter);
        }

        return command;
    }
}
