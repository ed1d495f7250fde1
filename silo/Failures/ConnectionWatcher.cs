using System.Net;
using Microsoft.AspNetCore.Connections;
using Orleans.Runtime;

namespace OrleansInference.Silo.Failures;

/// <summary>
/// Takes a closed connection to another silo for a suspicion, and checks it at once: a silo whose port refuses twice has no process any more, and is declared dead long
/// before probes would find out. A silo that is merely slow, frozen or cut off does not refuse; it stays with the membership's probes.
/// </summary>
internal sealed partial class ConnectionWatcher(IServiceProvider services, ILogger<ConnectionWatcher> logger)
{
    private volatile bool _stopping;

    /// <summary>From now on connections close because this silo stops.</summary>
    public void Stop() => _stopping = true;

    /// <summary>Middleware of connections that this silo opens to others.</summary>
    public ConnectionDelegate Watch(ConnectionDelegate next) => async connection =>
    {
        EndPoint? remote = connection.RemoteEndPoint;
        try
        {
            await next(connection);
        }
        finally
        {
            if (!_stopping && remote is IPEndPoint endpoint)
            {
                CheckAsync(endpoint).Ignore();
            }
        }
    };

    private async Task CheckAsync(IPEndPoint endpoint)
    {
        if (!await PortProbe.RefusesAsync(endpoint) || _stopping)
        {
            return;
        }

        IClusterMembershipService membership = services.GetRequiredService<IClusterMembershipService>();
        SiloAddress? silo = membership.CurrentSnapshot.Members.Values
            .FirstOrDefault(member => member.SiloAddress.Endpoint.Equals(endpoint) && !member.Status.IsTerminating())?.SiloAddress;
        if (silo is not null)
        {
            Gone(silo);
            await membership.TryKill(silo);
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Silo} closed its connection and refuses new ones: it is declared dead.")]
    private partial void Gone(SiloAddress silo);
}
