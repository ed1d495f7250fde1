using System.Security.Cryptography;
using System.Text;
using OrleansInference.Cluster.Hosting;
using OrleansInference.Grains.Access;
using OrleansInference.Silo.Logs;
using OrleansInference.Silo.Settings;
using OrleansInference.Silo.Storage;

namespace OrleansInference.Silo.Hosting;

/// <summary>Opens what the cluster keeps.</summary>
internal static class Stores
{
    private const int ProcessSecretBytes = 32;

    /// <exception cref="Models.InferenceException">PostgreSQL is not reached, refuses us, or is of a later version.</exception>
    public static async Task<IClusterStore> OpenAsync(NodeOptions options, ILogger logger) => options.Database.Postgres is { } connection
        ? await PostgresClusterStore.OpenAsync(new PostgresOptions { ConnectionString = connection, ClusterId = options.Member.ClusterId, StartPatience = options.Database.PostgresWait }, logger)
        : new MemoryClusterStore();

    /// <summary>Key that the nodes of the cluster share. A node without a database is its cluster's only one: with a secret of its own nobody can join.</summary>
    /// <exception cref="Models.InferenceException">The nodes that run use another secret.</exception>
    public static async Task<ClusterKey> KeyAsync(NodeOptions options, IClusterStore store)
    {
        byte[]? given = options.Security.ClusterSecret is { } secret ? Encoding.UTF8.GetBytes(secret) : null;
        return store is PostgresClusterStore postgres
            ? await postgres.Secret.AgreeAsync(given)
            : new ClusterKey(options.Member.ClusterId, given ?? RandomNumberGenerator.GetBytes(ProcessSecretBytes));
    }

    /// <summary>Whether a node could use the database, for one who starts several.</summary>
    /// <exception cref="Models.InferenceException">It could not.</exception>
    public static async Task CheckAsync(NodeOptions options)
    {
        using ILoggerFactory logging = NodeConfiguration.CreateLog();
        IClusterStore store = await OpenAsync(options, logging.CreateLogger<PostgresClusterStore>());
        try
        {
            await KeyAsync(options, store);
        }
        finally
        {
            await CloseAsync(store);
        }
    }

    public static async Task CloseAsync(IClusterStore store)
    {
        if (store is IAsyncDisposable disposable)
        {
            await disposable.DisposeAsync();
        }
    }
}
