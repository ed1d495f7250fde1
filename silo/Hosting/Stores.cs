using OrleansInference.Serving.Hosting;
using OrleansInference.Silo.Storage;

namespace OrleansInference.Silo.Hosting;

/// <summary>Opens what the cluster keeps.</summary>
internal static class Stores
{
    /// <exception cref="Models.InferenceException">PostgreSQL is not reached, refuses us, or is of a later version.</exception>
    public static async Task<IClusterStore> OpenAsync(SiloOptions options, ILogger logger) => options.Postgres is { } connection
        ? await PostgresClusterStore.OpenAsync(new PostgresOptions { ConnectionString = connection, ClusterId = options.ClusterId }, logger)
        : new MemoryClusterStore();

    public static async Task CloseAsync(IClusterStore store)
    {
        if (store is IAsyncDisposable disposable)
        {
            await disposable.DisposeAsync();
        }
    }
}
