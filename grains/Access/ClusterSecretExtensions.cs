using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;

namespace OrleansInference.Grains.Access;

/// <summary>Lets clients of Orleans connect to the gateway of a cluster.</summary>
public static class ClusterSecretExtensions
{
    /// <summary>Adds the mutual proof of the cluster's secret between the client and each gateway.</summary>
    /// <param name="client">Builder of the client.</param>
    /// <param name="clusterId">Cluster that the client belongs to.</param>
    /// <param name="secret">Value of the nodes' setting ClusterSecret.</param>
    public static IClientBuilder UseClusterSecret(this IClientBuilder client, string clusterId, string secret)
    {
        client.Services.AddOptions<ClientConnectionOptions>().Configure<ILogger<ClusterGate>>((connections, logger) =>
        {
            ClusterGate gate = new(new ClusterKey(clusterId, Encoding.UTF8.GetBytes(secret)), TimeProvider.System, logger);
            connections.ConfigureConnection(connection => connection.Use(gate.Call(ClusterPort.Gateway)));
        });
        return client;
    }
}
