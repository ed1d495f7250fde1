using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using OrleansInference.Grains.Nodes;
using OrleansInference.Silo.Settings;

namespace OrleansInference.Silo.Hosting;

/// <summary>Records the address at which the node's HTTP interface listens already, so that other nodes can show it to administrators.</summary>
internal sealed class NodeListening(IServer server, NodeAddress address, NodeOptions options, StartOutput output) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        Uri listening = new(server.Features.Get<IServerAddressesFeature>()!.Addresses.First().Replace("0.0.0.0", options.Member.Advertise, StringComparison.Ordinal));
        address.Url = listening.GetLeftPart(UriPartial.Authority);
        output.Say($"Listening on {address.Url}; {(options.Database.Postgres is null ? "starting a cluster of one node" : $"joining the cluster {options.Member.ClusterId}")}");
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
