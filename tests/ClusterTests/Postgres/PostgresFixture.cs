using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using OrleansInference.Silo.Storage;

namespace OrleansInference.ClusterTests.Postgres;

/// <summary>A PostgreSQL of the tests' own, started for the first of them and stopped after the last.</summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"orleans-inference-postgres-{Guid.NewGuid():N}");
    private LocalPostgres? _local;
    private int _clusters;

    internal LocalPostgres Local
    {
        get
        {
            Skip.If(_local is null, "PostgreSQL's programs (initdb, pg_ctl, postgres) are not installed here.");
            return _local;
        }
    }

    public async Task InitializeAsync()
    {
        if (PostgresBinaries.Find() is not null)
        {
            _local = await LocalPostgres.StartAsync(_folder, durable: false);
        }
    }

    public async Task DisposeAsync()
    {
        if (_local is not null)
        {
            await _local.DisposeAsync();
        }

        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    /// <summary>Of a cluster that no other test uses.</summary>
    internal PostgresOptions Options(string? connectionString = null) => new()
    {
        ConnectionString = connectionString ?? Local.ConnectionString,
        ClusterId = $"cluster-{Interlocked.Increment(ref _clusters)}",
        Timeout = TimeSpan.FromMinutes(1),
    };

    internal Task<PostgresClusterStore> OpenAsync() => OpenAsync(Options());

    internal static Task<PostgresClusterStore> OpenAsync(PostgresOptions options) => PostgresClusterStore.OpenAsync(options, NullLogger.Instance);

    /// <summary>An empty database.</summary>
    internal async Task<string> CreateDatabaseAsync()
    {
        string name = $"empty_{Guid.NewGuid():N}";
        await ExecuteAsync(Local.ConnectionString, $"CREATE DATABASE {name}");
        return new NpgsqlConnectionStringBuilder(Local.ConnectionString) { Database = name }.ConnectionString;
    }

    /// <summary>As a silo that is active says that it is alive, whose clock is an hour ahead.</summary>
    internal async Task SayAliveAsync(string cluster, int port) => await ExecuteAsync(
        Local.ConnectionString,
        FormattableString.Invariant(
            $"""
            INSERT INTO inference.OrleansMembershipVersionTable (DeploymentId) VALUES ('{cluster}') ON CONFLICT DO NOTHING;
            INSERT INTO inference.OrleansMembershipTable (DeploymentId, Address, Port, Generation, SiloName, HostName, Status, ProxyPort, StartTime, IAmAliveTime)
            VALUES ('{cluster}', '127.0.0.1', {port}, 1, 'silo', 'host', 3, 0, now(), now() + interval '1 hour')
            ON CONFLICT (DeploymentId, Address, Port, Generation) DO UPDATE SET IAmAliveTime = excluded.IAmAliveTime
            """));

    internal static async Task<object?> ExecuteAsync(string connectionString, string sql)
    {
        await using NpgsqlConnection connection = new(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using NpgsqlCommand command = new(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
