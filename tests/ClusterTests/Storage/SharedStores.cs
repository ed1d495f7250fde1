using OrleansInference.ClusterTests.Postgres;
using OrleansInference.Silo.Storage;
using OrleansInference.Silo.Storage.Sqlite;

namespace OrleansInference.ClusterTests.Storage;

/// <summary>A file of SQLite of one test, as several nodes open it.</summary>
internal sealed class SqliteFile
{
    private readonly string _folder = Directory.CreateTempSubdirectory("orleans-inference-sqlite-").FullName;
    private readonly List<SqliteDatabase> _opened = [];

    public async Task<SqliteDatabase> OpenAsync()
    {
        SqliteDatabase database = await SqliteDatabase.OpenAsync(Path.Combine(_folder, "data", "node.db"));
        _opened.Add(database);
        return database;
    }

    public async Task CloseAsync()
    {
        foreach (SqliteDatabase database in _opened)
        {
            await database.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>A cluster of one test in PostgreSQL, as several nodes open it.</summary>
internal sealed class PostgresCluster(PostgresFixture postgres)
{
    private readonly List<PostgresClusterStore> _opened = [];
    private PostgresOptions? _options;

    public async Task<PostgresClusterStore> OpenAsync()
    {
        _options ??= postgres.Options(); // skips the test where there is no PostgreSQL
        PostgresClusterStore store = await PostgresFixture.OpenAsync(_options);
        _opened.Add(store);
        return store;
    }

    public async Task CloseAsync()
    {
        foreach (PostgresClusterStore store in _opened)
        {
            await store.DisposeAsync();
        }
    }
}
