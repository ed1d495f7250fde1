using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Orleans.Runtime;

namespace OrleansInference.Silo.Failures;

/// <summary>
/// Treats a closed connection to another silo as a suspicion and checks it immediately: a silo whose port refuses twice has probably no process any more, long before probes would find out.
/// <see cref="MembershipJudge"/> decides whether it is declared dead. A judgement that is dropped, because the database is away or other silos have yet to see the loss, is asked for again as long as the
/// port refuses. A silo that is slow, frozen or cut off does not refuse; the membership's probes deal with it.
/// </summary>
/// <remarks>
/// Two silos speak over the connection of the one that dialled first. So those that others opened are watched as well: they come from some port, so what is checked then are the silos at the
/// same address.
/// </remarks>
internal sealed partial class ConnectionWatcher(IServiceProvider services, ILogger<ConnectionWatcher> logger)
{
    private const int MostUnanswered = 10;

    // The kernel closes the connections of a process that was killed before its listening sockets, which it lets accept connections for up to half a second more.
    private const int EnoughAccepted = 6;

    private static readonly TimeSpan FirstRepeat = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestRepeat = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<SiloAddress, bool> _checked = new(); // that are being checked
    private volatile bool _stopping;

    /// <summary>From now on connections close because this silo stops.</summary>
    public void Stop() => _stopping = true;

    /// <summary>Middleware of connections that this silo opens to others.</summary>
    public ConnectionDelegate WatchOutbound(ConnectionDelegate next) =>
        Watch(next, static (remote, member) => !member.Status.IsTerminating() && member.SiloAddress.Endpoint.Equals(remote));

    /// <summary>Middleware of connections that other silos open to this one.</summary>
    public ConnectionDelegate WatchInbound(ConnectionDelegate next)
    {
        // One that is about to join may not listen yet.
        ConnectionDelegate watched = Watch(
            next, static (remote, member) => member.Status == SiloStatus.Active && member.SiloAddress.Endpoint.Address.MapToIPv6().Equals(remote.Address.MapToIPv6()));
        return async connection =>
        {
            // Who says nothing looks whether this port refuses. Looking back at him would never end.
            if (await SpeaksAsync(connection))
            {
                await watched(connection);
            }
        };
    }

    /// <summary>Waits for the first bytes, and leaves them where they are.</summary>
    private static async Task<bool> SpeaksAsync(ConnectionContext connection)
    {
        try
        {
            PipeReader input = connection.Transport.Input;
            ReadResult first = await input.ReadAsync();
            bool speaks = !first.Buffer.IsEmpty;
            input.AdvanceTo(first.Buffer.Start);
            return speaks;
        }
        catch (Exception error) when (error is IOException or ConnectionAbortedException)
        {
            return false;
        }
    }

    /// <param name="next">What the connection is used for.</param>
    /// <param name="isSuspect">Whether a silo may be the one at the other end.</param>
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
            bool told = false;
            int accepted = 0;
            int unanswered = 0; // neither accepted nor refused: this machine may be too busy to see it in time
            while (!_stopping && !membership.CurrentSnapshot.GetSiloStatus(silo).IsTerminating())
            {
                if (await PortProbe.RefusesAsync(silo.Endpoint))
                {
                    if (!told)
                    {
                        told = true;
                        Refuses(silo);
                    }

                    judge?.Refused(silo.Endpoint, silo.Generation);
                    await AskAsync(membership, silo);
                }
                else if (await PortProbe.AcceptsAsync(silo.Endpoint) ? ++accepted > EnoughAccepted : ++unanswered > MostUnanswered)
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

    private async Task AskAsync(IClusterMembershipService membership, SiloAddress silo)
    {
        try
        {
            await membership.TryKill(silo);
        }
        catch (Exception error)
        {
            // Whatever it failed with, it is asked for again as long as the port refuses.
            NotAsked(silo, error.Message);
        }
    }

    [LoggerMessage(LogLevel.Debug, "{Silo} could not be declared dead: {Reason}")]
    private partial void NotAsked(SiloAddress silo, string reason);

    [LoggerMessage(LogLevel.Warning, "{Silo} closed its connection and refuses new ones.")]
    private partial void Refuses(SiloAddress silo);
}
