using System.Net;
using Microsoft.Extensions.Logging.Console;
using Orleans.Configuration;
using OrleansInference.Grains.Placement;

namespace OrleansInference.Bench.Cluster;

/// <summary>Silo on loopback for a benchmark, without a database.</summary>
internal static class BenchmarkSilo
{
    /// <param name="cluster">Id of the cluster.</param>
    /// <param name="port">Port of the silo.</param>
    /// <param name="primary">Port of the first silo of the cluster.</param>
    /// <param name="configureServices">Registers the services of the grains.</param>
    /// <param name="connections">Number of connections to each other silo.</param>
    public static IHost Build(string cluster, int port, int primary, Action<IServiceCollection> configureServices, int connections = 1)
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        builder.Services.Configure<ConsoleLoggerOptions>(static logging => logging.LogToStandardErrorThreshold = LogLevel.Trace);
        configureServices(builder.Services);
        builder.Services.AddPlacementDirector<PinnedPlacement, PinnedPlacementDirector>();
        builder.UseOrleans(silo =>
        {
            silo.Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (cluster, "orleans-inference"));
            silo.Configure<ConnectionOptions>(options => options.ConnectionsPerEndpoint = connections);
            silo.ConfigureEndpoints(IPAddress.Loopback, port, 0);
            silo.UseDevelopmentClustering(new IPEndPoint(IPAddress.Loopback, primary));
#pragma warning disable ORLEANSEXP003
            silo.AddDistributedGrainDirectory();
#pragma warning restore ORLEANSEXP003
        });
        return builder.Build();
    }
}
