using System.Security.Cryptography;
using System.Text;
using OrleansInference.Cluster.Hosting;
using OrleansInference.Grains.Access;
using OrleansInference.Silo.Logs;
using OrleansInference.Silo.Settings;
using OrleansInference.Silo.Storage;

namespace OrleansInference.Silo.Hosting;

/// <summary>Opens the store of the cluster.</summary>
internal static class Stores
{
    private const int ProcessSecretBytes = 32;

    /// <exception cref="Models.InferenceException">PostgreSQL cannot be reached, refuses the connection, or has a later version of the tables.</exception>
    public static async Task<IClusterStore> OpenAsync(NodeOptions options, ILogger logger) => options.Database.Postgres is { } connection
        ? await PostgresClusterStore.OpenAsync(new PostgresOptions { ConnectionString = connection, ClusterId = options.Member.ClusterId, StartPatience = options.Database.PostgresWait }, logger)
        : new MemoryClusterStore();

    /// <summary>Returns the key that the nodes of the cluster share. A node without a database is the only one of its cluster: with a random secret no other node can join.</summary>
    /// <exception cref="Models.InferenceException">Running nodes use another secret.</exception>
    public static async Task<ClusterKey> KeyAsync(NodeOptions options, IClusterStore store)
    {
        byte[]? given = options.Security.ClusterSecret is { } secret ? Encoding.UTF8.GetBytes(secret) : null;
        return store is PostgresClusterStore postgres
            ? await postgres.Secret.AgreeAsync(given)
            : new ClusterKey(options.Member.ClusterId, given ?? RandomNumberGenerator.GetBytes(ProcessSecretBytes));
    }

    /// <summary>Checks that a node can use the database, for a program that starts several nodes.</summary>
    /// <exception cref="Models.InferenceException">A node cannot use it.</exception>
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
