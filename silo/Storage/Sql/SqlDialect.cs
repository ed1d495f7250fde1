using System.Data.Common;
using OrleansInference.Tenancy.Storage;

namespace OrleansInference.Silo.Storage.Sql;

/// <summary>A database whose tables are the same in PostgreSQL and SQLite, with what differs between the two.</summary>
/// <param name="Source">Connections.</param>
/// <param name="Address">Name of the database, for messages.</param>
/// <param name="Schema">Prefix of the tables' names.</param>
/// <param name="NamesParameters">Whether parameters are called $1, $2, … as in the SQL; otherwise their order counts.</param>
internal sealed record SqlDialect(DbDataSource Source, string Address, string Schema, bool NamesParameters)
{
    /// <summary>Clause that locks the selected rows until the end of the transaction. A transaction of SQLite locks the whole database.</summary>
    public string ForUpdate => NamesParameters ? string.Empty : "FOR UPDATE";

    /// <summary>Returns the expression for the number of elements of a column with a JSON array as text; null if the column is null.</summary>
    public string ArrayLength(string column) => NamesParameters ? $"json_array_length({column})" : $"json_array_length(CAST({column} AS json))";

    /// <returns>The row that a statement returns; null if it returns none.</returns>
    /// <exception cref="TenancyStoreException">The database does not answer.</exception>
    public async Task<T?> FirstAsync<T>(string sql, Func<DbDataReader, T> read, CancellationToken cancellation, params object[] arguments)
        where T : class => await ListAsync(sql, read, cancellation, arguments) is [T found] ? found : null;

    /// <returns>The rows that a statement returns.</returns>
    /// <exception cref="TenancyStoreException">The database does not answer.</exception>
    public Task<IReadOnlyList<T>> ListAsync<T>(string sql, Func<DbDataReader, T> read, CancellationToken cancellation, params object[] arguments) =>
        GuardAsync(() => RunAsync(statements => statements.ListAsync(sql, read, cancellation, arguments), cancellation));

    /// <summary>Runs statements in one transaction, which is rolled back if the result is null.</summary>
    /// <exception cref="TenancyStoreException">The database does not answer.</exception>
    public Task<T> TransactAsync<T>(Func<SqlStatements, Task<T>> work, CancellationToken cancellation) => GuardAsync(() => RunInTransactionAsync(work, cancellation));

    /// <summary>Runs statements, each in a transaction of its own.</summary>
    /// <exception cref="DbException">The database does not answer.</exception>
    public async Task<T> RunAsync<T>(Func<SqlStatements, Task<T>> work, CancellationToken cancellation)
    {
        await using DbConnection connection = await Source.OpenConnectionAsync(cancellation);
        return await work(new SqlStatements(this, connection, null));
    }

    /// <inheritdoc cref="TransactAsync"/>
    /// <exception cref="DbException">The database does not answer.</exception>
    public async Task<T> RunInTransactionAsync<T>(Func<SqlStatements, Task<T>> work, CancellationToken cancellation)
    {
        await using DbConnection connection = await Source.OpenConnectionAsync(cancellation);
        await using DbTransaction transaction = await connection.BeginTransactionAsync(cancellation);
        T result = await work(new SqlStatements(this, connection, transaction));
        if (result is not null)
        {
            await transaction.CommitAsync(cancellation);
        }

        return result;
    }

    private async Task<T> GuardAsync<T>(Func<Task<T>> work)
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
}
