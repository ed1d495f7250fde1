using System.Text;
using OrleansInference.Api.Storage;
using OrleansInference.Cluster.Hosting;
using OrleansInference.Grains.Access;
using OrleansInference.Silo.Logs;
using OrleansInference.Silo.Settings;
using OrleansInference.Silo.Storage;
using OrleansInference.Silo.Storage.Sqlite;
using OrleansInference.Tenancy.Audit.Heads;
using OrleansInference.Tenancy.Quotas;
using OrleansInference.Tenancy.Storage;

namespace OrleansInference.Silo.Hosting;

/// <summary>Stores of a node: PostgreSQL, or a file in the data folder and the memory of the process.</summary>
internal sealed class Stores : IAsyncDisposable
{
    private readonly NodeOptions _options;
    private readonly SqliteDatabase? _file;

    private Stores(NodeOptions options, IClusterStore cluster, IUsageStore usage, SqliteDatabase? file)
    {
        _options = options;
        Cluster = cluster;
        Usage = usage;
        _file = file;
    }

    /// <summary>Plans and conversations.</summary>
    public IClusterStore Cluster { get; }

    /// <summary>Tenants and keys.</summary>
    public ITenancyStore Tenancy => Postgres?.Tenancy ?? _file!.Tenancy;

    /// <summary>Usage of tenants and keys.</summary>
    public IUsageStore Usage { get; }

    /// <summary>Limits of tenants and keys, and what is used of them.</summary>
    public IQuotaStore Quotas => Postgres?.Quotas ?? _file!.Quotas;

    /// <summary>Responses that are kept for clients.</summary>
    public IResponseStore Responses => Postgres?.Responses ?? _file!.Responses;

    /// <summary>Conversations that are kept for clients.</summary>
    public IConversationStore Conversations => Postgres?.Conversations ?? _file!.Conversations;

    /// <summary>Signed heads of the audit logs.</summary>
    public IAuditHeadStore AuditHeads => Postgres?.AuditHeads ?? _file!.AuditHeads;

    /// <summary>The database that all nodes of the cluster share; null if the node is alone.</summary>
    public PostgresClusterStore? Postgres => Cluster as PostgresClusterStore;

    /// <exception cref="Models.InferenceException">PostgreSQL cannot be reached, refuses the connection, or has a later version of the tables; or the file cannot be opened.</exception>
    public static async Task<Stores> OpenAsync(NodeOptions options, ILogger logger)
    {
        if (options.Database.Postgres is { } connection)
        {
            PostgresClusterStore postgres = await PostgresClusterStore.OpenAsync(
                new PostgresOptions { ConnectionString = connection, ClusterId = options.Member.ClusterId, StartPatience = options.Database.PostgresWait }, logger);
            return new Stores(options, postgres, postgres.Usage, null);
        }

        SqliteDatabase file = await SqliteDatabase.OpenAsync(options.Database.File);
        CountingClusterStore memory = new(file.Usage, file.Quotas, logger);
        return new Stores(options, memory, memory, file);
    }

    /// <summary>Returns the key that the nodes of the cluster share. A node without PostgreSQL is the only one of its cluster: no other node can join with the random secret of its file.</summary>
    /// <exception cref="Models.InferenceException">Running nodes use another secret.</exception>
    public async Task<ClusterKey> KeyAsync()
    {
        byte[]? given = _options.Security.ClusterSecret is { } secret ? Encoding.UTF8.GetBytes(secret) : null;
        return Postgres is { } postgres
            ? await postgres.Secret.AgreeAsync(given)
            : new ClusterKey(_options.Member.ClusterId, given ?? await _file!.SecretAsync());
    }

    /// <summary>Checks that a node can use the database, for a program that starts several nodes.</summary>
    /// <exception cref="Models.InferenceException">A node cannot use it.</exception>
    public static async Task CheckAsync(NodeOptions options)
    {
        using ILoggerFactory logging = NodeConfiguration.CreateLog();
        await using Stores stores = await OpenAsync(options, logging.CreateLogger<PostgresClusterStore>());
        await stores.KeyAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (Cluster is IAsyncDisposable cluster)
        {
            await cluster.DisposeAsync();
        }

        if (_file is not null)
        {
            await _file.DisposeAsync();
        }
    }
}
