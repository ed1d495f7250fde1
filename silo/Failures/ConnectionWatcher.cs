using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Orleans.Runtime;

namespace OrleansInference.Silo.Failures;

/// <summary>
/// Checks a silo immediately after a connection to it has closed. The process of a silo whose port refuses two connections has probably ended, and this check detects it long before the
/// probes of the membership. <see cref="MembershipJudge"/> decides whether the silo is declared dead. A judgement that is dropped, because the database is unavailable or other silos
/// have not detected the loss, is requested again as long as the port refuses. A silo that is slow, frozen or cut off does not refuse; the probes of the membership handle it.
/// </summary>
/// <remarks>
/// Two silos communicate over the connection that was opened first, so the connections that other silos opened are watched as well. Their remote port is not that of the silo, so all
/// silos at the same address are checked.
/// </remarks>
internal sealed partial class ConnectionWatcher(IServiceProvider services, ILogger<ConnectionWatcher> logger)
{
    private const int MaxUnanswered = 10;

    // When a process is killed, the kernel closes its connections before its listening sockets, which accept connections for up to half a second longer.
    private const int MaxAccepted = 6;

    private static readonly TimeSpan FirstRepeat = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestRepeat = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<SiloAddress, bool> _checked = new(); // silos that are being checked
    private volatile bool _stopping;

    /// <summary>Disables the checks, because connections now close due to the stop of this silo.</summary>
    public void Stop() => _stopping = true;

    /// <summary>Returns the middleware of connections that this silo opens to others.</summary>
    public ConnectionDelegate WatchOutbound(ConnectionDelegate next) =>
        Watch(next, static (remote, member) => !member.Status.IsTerminating() && member.SiloAddress.Endpoint.Equals(remote));

    /// <summary>Returns the middleware of connections that other silos open to this one.</summary>
    public ConnectionDelegate WatchInbound(ConnectionDelegate next)
    {
        // A joining silo may not listen yet, so only active ones are checked.
        ConnectionDelegate watched = Watch(
            next, static (remote, member) => member.Status == SiloStatus.Active && member.SiloAddress.Endpoint.Address.MapToIPv6().Equals(remote.Address.MapToIPv6()));
        return async connection =>
        {
            // A connection without data is another silo's check of this port. A check in return would cause an endless exchange of checks.
            if (await SendsDataAsync(connection))
            {
                await watched(connection);
            }
        };
    }

    /// <summary>Waits for the first bytes, without consuming them.</summary>
    private static async Task<bool> SendsDataAsync(ConnectionContext connection)
    {
        try
        {
            PipeReader input = connection.Transport.Input;
            ReadResult first = await input.ReadAsync();
            bool hasData = !first.Buffer.IsEmpty;
            input.AdvanceTo(first.Buffer.Start);
            return hasData;
        }
        catch (Exception error) when (error is IOException or ConnectionAbortedException)
        {
            return false;
        }
    }

    /// <param name="next">Handler of the connection.</param>
    /// <param name="isSuspect">Returns whether a silo may be the remote end.</param>
    private ConnectionDelegate Watch(ConnectionDelegate next, Func<IPEndPoint, ClusterMember, bool> isSuspect) => async connection =>
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
                Check(endpoint, isSuspect);
            }
        }
    };

    private void Check(IPEndPoint remote, Func<IPEndPoint, ClusterMember, bool> isSuspect)
    {
        IClusterMembershipService membership = services.GetRequiredService<IClusterMembershipService>();
        SiloAddress self = services.GetRequiredService<ILocalSiloDetails>().SiloAddress;
        foreach (ClusterMember member in membership.CurrentSnapshot.Members.Values)
        {
            if (!member.SiloAddress.Equals(self) && isSuspect(remote, member))
            {
                CheckAsync(membership, member.SiloAddress).Ignore();
            }
        }
    }

    private async Task CheckAsync(IClusterMembershipService membership, SiloAddress silo)
    {
        if (!_checked.TryAdd(silo, true))
        {
            return;
        }

        try
        {
            MembershipJudge? judge = services.GetService<MembershipJudge>();
            TimeSpan wait = FirstRepeat;
            bool isLogged = false;
            int accepted = 0;
            int unanswered = 0; // attempts that were neither accepted nor refused, possibly because this machine is too busy
            while (!_stopping && !membership.CurrentSnapshot.GetSiloStatus(silo).IsTerminating())
            {
                if (await PortProbe.RefusesAsync(silo.Endpoint))
                {
                    if (!isLogged)
                    {
                        isLogged = true;
                        Refuses(silo);
                    }

                    judge?.Refused(silo.Endpoint, silo.Generation);
                    await DeclareDeadAsync(membership, silo);
                }
                else if (await PortProbe.AcceptsAsync(silo.Endpoint) ? ++accepted > MaxAccepted : ++unanswered > MaxUnanswered)
                {
                    return;
                }

                await Task.Delay(wait);
                wait = wait * 2 < LongestRepeat ? wait * 2 : LongestRepeat;
            }
        }
        finally
        {
            _checked.TryRemove(silo, out _);
        }
    }

    private async Task DeclareDeadAsync(IClusterMembershipService membership, SiloAddress silo)
    {
        try
        {
            await membership.TryKill(silo);
        }
        catch (Exception error)
        {
            // After any failure the judgement is requested again as long as the port refuses.
            NotDeclared(silo, error.Message);
        }
    }

    [LoggerMessage(LogLevel.Debug, "{Silo} could not be declared dead: {Reason}")]
    private partial void NotDeclared(SiloAddress silo, string reason);

    [LoggerMessage(LogLevel.Warning, "{Silo} closed its connection and refuses new ones.")]
    private partial void Refuses(SiloAddress silo);
}
