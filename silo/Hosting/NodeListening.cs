using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using OrleansInference.Grains.Nodes;

namespace OrleansInference.Silo.Hosting;

/// <summary>Notes where the node's HTTP interface listens, for the other nodes to tell administrators.</summary>
internal sealed class NodeListening(IServer server, NodeAddress address, SiloOptions options, IHostApplicationLifetime lifetime) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStarted.Register(() =>
        {
            Uri listening = new(server.Features.Get<IServerAddressesFeature>()!.Addresses.First().Replace("0.0.0.0", options.Advertise, StringComparison.Ordinal));
            address.Url = listening.GetLeftPart(UriPartial.Authority);
        });
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
