using OrleansInference.Cli.Hosting;
using OrleansInference.Cli.Settings;
using OrleansInference.Cluster.Hosting;
using OrleansInference.Compute;

namespace OrleansInference.ApiTests.Sdk;

/// <summary>The demo model behind the HTTP API, in this process, on a port that is free. One for all tests of a class.</summary>
public sealed class DemoServer : IAsyncLifetime
{
    private LocalServer? _server;

    public Uri Address => _server!.Address;

    /// <summary>The demo model on few threads, without a trace in the user's cache.</summary>
    internal static ModelOptions Options { get; } = new()
    {
        Model = CheckpointOptions.Find(null),
        Name = "demo",
        Compute = new ComputeOptions { Threads = 2, KvBytes = 64 << 20, PackedFolder = "" },
    };

    public async Task InitializeAsync() => _server = await LocalServer.StartAsync(Options, progress: null);

    public async Task DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }
}
