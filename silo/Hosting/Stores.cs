using OrleansInference.Serving.Hosting;

namespace OrleansInference.Silo.Hosting;

/// <summary>Opens what the cluster keeps.</summary>
internal static class Stores
{
    public static Task<IClusterStore> OpenAsync(SiloOptions options) => Task.FromResult<IClusterStore>(new MemoryClusterStore());

    public static async Task CloseAsync(IClusterStore store)
    {
        if (store is IAsyncDisposable disposable)
        {
            await disposable.DisposeAsync();
        }
    }
}
