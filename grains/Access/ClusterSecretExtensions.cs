using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;

namespace OrleansInference.Grains.Access;

/// <summary>Lets clients of Orleans in at the gateway of a cluster.</summary>
public static class ClusterSecretExtensions
{
    /// <summary>Has the client prove to each gateway that it knows the cluster's secret, and the reverse.</summary>
    /// <param name="client">Builder of the client.</param>
    /// <param name="clusterId">Cluster that the client belongs to.</param>
    /// <param name="secret">The nodes' setting ClusterSecret.</param>
    public static IClientBuilder UseClusterSecret(this IClientBuilder client, string clusterId, string secret)
    {
        client.Services.AddOptions<ClientConnectionOptions>().Configure<ILogger<ClusterGate>>((connections, logger) =>
        {
            ClusterGate gate = new(new ClusterKey(clusterId, Encoding.UTF8.GetBytes(secret)), TimeProvider.System, logger);
            connections.ConfigureConnection(connection => connection.Use(gate.Call(ClusterDoor.Gateway)));
        });
        return client;
    }
}
