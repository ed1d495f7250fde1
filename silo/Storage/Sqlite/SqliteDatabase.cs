using System.Data.Common;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using OrleansInference.Api.Storage;
using OrleansInference.Models;
using OrleansInference.Silo.Storage.Responses;
using OrleansInference.Silo.Storage.Sql;
using OrleansInference.Silo.Storage.Tenancy;
using OrleansInference.Tenancy.Audit.Heads;
using OrleansInference.Tenancy.Storage;

namespace OrleansInference.Silo.Storage.Sqlite;

/// <summary>Database of a node without PostgreSQL: one file, which only this node uses.</summary>
internal sealed class SqliteDatabase : IAsyncDisposable
{
    private const int FileBroken = 26; // SQLITE_NOTADB
    private const int Corrupt = 11; // SQLITE_CORRUPT

    private const int SecretBytes = 32;

    private readonly string _path;
    private readonly DbDataSource _source;
    private readonly SqlDialect _dialect;

    private SqliteDatabase(string path, DbDataSource source)
    {
        _path = path;
        _source = source;
        SqlDialect dialect = _dialect = new(source, path, string.Empty, NamesParameters: true);
        Tenancy = new SqlTenancyStore(dialect, string.Empty);
        Responses = new SqlResponseStore(dialect, string.Empty);
        Conversations = new SqlConversationStore(dialect, string.Empty);
        Usage = new SqlUsageStore(dialect, string.Empty, hasSessions: false);
        AuditHeads = new SqlAuditHeadStore(dialect, string.Empty);
        Quotas = new SqlQuotaStore(dialect, string.Empty, TimeProvider.System);
    }

    /// <summary>Tenants and keys.</summary>
    public ITenancyStore Tenancy { get; }

    /// <summary>Responses that the node keeps for its clients.</summary>
    public IResponseStore Responses { get; }

    /// <summary>Conversations that the node keeps for its clients.</summary>
    public IConversationStore Conversations { get; }

    /// <summary>Usage by day.</summary>
    public SqlUsageStore Usage { get; }

    /// <summary>Limits of tenants and keys, and what is used of them.</summary>
    public SqlQuotaStore Quotas { get; }

    /// <summary>Signed heads of the audit log.</summary>
    public IAuditHeadStore AuditHeads { get; }

    /// <summary>Opens a database, creates its file and folder if they do not exist, and upgrades its tables.</summary>
    /// <param name="path">Path of the file.</param>
    /// <exception cref="InferenceException">
    /// <see cref="ErrorCode.InvalidOption"/>: the file cannot be created or opened, is not a database, or has a later version of the tables.
    /// </exception>
    public static async Task<SqliteDatabase> OpenAsync(string path)
    {
        SqliteConnectionStringBuilder connection = new() { DataSource = path, ForeignKeys = true, DefaultTimeout = 5 };
        SqliteDatabase database = new(path, SqliteFactory.Instance.CreateDataSource(connection.ToString()));
        try
        {
            CreatePrivateFolder(path);
            await database.UpgradeAsync();
            return database;
        }
        catch (Exception error) when (error is SqliteException or IOException or UnauthorizedAccessException)
        {
            await database.DisposeAsync();
            string reason = error is SqliteException { SqliteErrorCode: FileBroken or Corrupt } ? "the file is not a database, or is damaged" : error.Message.TrimEnd('.');
            throw new InferenceException(ErrorCode.InvalidOption, $"The database {path} cannot be opened: {reason}.", "DataFolder", error);
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    /// <summary>Returns the secret of the file, which is created at random when it is first asked for.</summary>
    public Task<byte[]> SecretAsync() => _dialect.TransactAsync(
        async statements =>
        {
            await statements.ExecuteAsync("INSERT INTO node_secret (id, secret) VALUES (1, $1) ON CONFLICT DO NOTHING", CancellationToken.None, RandomNumberGenerator.GetBytes(SecretBytes));
            return (byte[])(await statements.ScalarAsync("SELECT secret FROM node_secret", CancellationToken.None))!;
        },
        CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        using SqliteConnection pooled = new(new SqliteConnectionStringBuilder { DataSource = _path, ForeignKeys = true, DefaultTimeout = 5 }.ToString());
        SqliteConnection.ClearPool(pooled);
    }

    /// <summary>Creates the folder of the file, which only its owner may read.</summary>
    private static void CreatePrivateFolder(string path)
    {
        string folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!;
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private async Task UpgradeAsync()
    {
        await using DbConnection connection = await _source.OpenConnectionAsync();

        // A write is durable when it returns, and readers do not wait for writers. The mode is kept in the file.
        await ExecuteAsync(connection, null, "PRAGMA journal_mode = WAL");
        await ExecuteAsync(connection, null, "PRAGMA synchronous = FULL");
        await using DbTransaction transaction = await connection.BeginTransactionAsync();
        long version = await ExecuteAsync(connection, transaction, "PRAGMA user_version") is long stored ? stored : 0;
        if (version > Migration.OfSqlite.Count)
        {
            throw new InferenceException(
                ErrorCode.InvalidOption, $"The database {_path} has version {version}; this program knows versions up to {Migration.OfSqlite.Count}. Expected a later program, or another data folder.", "DataFolder");
        }

        foreach (Migration migration in Migration.OfSqlite.Skip((int)version))
        {
            await ExecuteAsync(connection, transaction, migration.Sql);
            await ExecuteAsync(connection, transaction, $"PRAGMA user_version = {migration.Version}");
        }

        await transaction.CommitAsync();
    }

    private static async Task<object?> ExecuteAsync(DbConnection connection, DbTransaction? transaction, string sql)
    {
        await using DbCommand command = connection.CreateCommand();
        (command.CommandText, command.Transaction) = (sql, transaction);
        return await command.ExecuteScalarAsync();
    }
}
