using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;
using OrleansInference.Cluster.Programs;

namespace OrleansInference.ClusterTests.Doors;

/// <summary>A silo that speaks Orleans and knows the cluster's id, and nothing of its secret. It joins as silos of a cluster without a database do: through one that is there.</summary>
internal sealed class RogueSilo : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _starting;

    /// <param name="clusterId">Of the cluster.</param>
    /// <param name="primary">Silo port of the node that the rogue joins.</param>
    public RogueSilo(string clusterId, IPEndPoint primary)
    {
        int port = FreePorts.FindForLater(1)[0];
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.SetMinimumLevel(LogLevel.None);
        builder.UseOrleans(silo =>
        {
            silo.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = (clusterId, "orleans-inference"));
            silo.ConfigureEndpoints(IPAddress.Loopback, port, 0);
            silo.UseDevelopmentClustering(primary);
        });
        _host = builder.Build();
        _starting = Task.Run(() => _host.StartAsync(_stop.Token));
    }

    /// <summary>Completes when it has joined, or could not.</summary>
    public Task Started => _starting;

    /// <summary>Whether it has joined.</summary>
    public bool Joined => _starting.IsCompletedSuccessfully;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await _starting.WaitAsync(TimeSpan.FromSeconds(20));
            await _host.StopAsync();
        }
        catch (Exception)
        {
            // What became of its start is what the test asked.
        }

        _stop.Dispose();
    }
}
