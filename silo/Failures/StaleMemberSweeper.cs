using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using OrleansInference.Grains.Nodes;
using OrleansInference.Models;
using OrleansInference.Silo.Storage;

namespace OrleansInference.Silo.Failures;

/// <summary>
/// While a silo starts, declares those dead that a lost cluster has left behind: after the loss of all silos nobody is there to do it, and a silo that starts waits for
/// every one that is said to be active. A silo whose sign of life goes on is never declared dead here, whether it can be reached from this machine or not: others may reach it. One that refuses connections has given none for
/// three seconds. One that does not, because its machine is gone, has missed three signs of life as Orleans counts them; Orleans goes by the time that they said last, and so waits longer
/// for one whose clock was ahead. Here it is the time of this machine, in which the database answered.
/// </summary>
internal sealed partial class StaleMemberSweeper : IAsyncDisposable
{
    private const int MissedSigns = 3;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan WarnAfter = TimeSpan.FromSeconds(5);

    private readonly SignWatch _signs = new(Interval);
    private readonly ConcurrentDictionary<(IPEndPoint Endpoint, int Generation), bool> _unreachable = new(); // that were warned of
    private readonly MembershipTable _members;
    private readonly TimeSpan _signOfLifeEvery;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _started = new();
    private readonly Task _looking;

    private StaleMemberSweeper(MembershipTable members, TimeSpan signOfLifeEvery, ILogger logger)
    {
        _members = members;
        _signOfLifeEvery = signOfLifeEvery;
        _logger = logger;
        _looking = RetriedWork.RunAsync("The search for silos of a lost cluster", logger, LookAsync, _started.Token);
    }

    /// <summary>Looks until it is disposed, when the silo has started.</summary>
    /// <param name="members">What the database says.</param>
    /// <param name="signOfLifeEvery">How often silos say there that they are alive.</param>
    /// <param name="logger">Is told of each.</param>
    public static StaleMemberSweeper Watch(MembershipTable members, TimeSpan signOfLifeEvery, ILogger logger) => new(members, signOfLifeEvery, logger);

    public async ValueTask DisposeAsync()
    {
        await _started.CancelAsync();
        await _looking;
        _started.Dispose();
    }

    private async Task LookAsync(CancellationToken started)
    {
        try
        {
            IReadOnlyList<ActiveSilo> silos = await _members.ActiveAsync();
            _signs.Answered();
            await Task.WhenAll([.. silos.Select(silo => CheckAsync(silo, _signs.Observe(silo.Endpoint, silo.Generation, silo.SignOfLife)))]);
        }
        catch (InferenceException)
        {
            // The database is away: nobody can join meanwhile, or say that it is alive.
            _signs.Clear();
        }

        await Task.Delay(Interval, started);
    }

    private async Task CheckAsync(ActiveSilo silo, ObservedSign seen)
    {
        TimeSpan silence = seen.Silence;
        if (silence <= MembershipJudge.StoppedAfter && silence <= MissedSigns * _signOfLifeEvery)
        {
            await WarnAsync(silo, seen.First);
        }
        else if (silence > MembershipJudge.StoppedAfter && await PortProbe.RefusesAsync(silo.Endpoint))
        {
            if (await _members.DeclareDeadAsync(silo))
            {
                Gone(silo.Endpoint);
            }
        }
        else if (silence > MissedSigns * _signOfLifeEvery && !await PortProbe.AcceptsAsync(silo.Endpoint) && await _members.DeclareDeadAsync(silo))
        {
            Silent(silo.Endpoint);
        }
    }

    /// <summary>Says why the start waits.</summary>
    private async Task WarnAsync(ActiveSilo silo, long first)
    {
        if (Stopwatch.GetElapsedTime(first) > WarnAfter && !_unreachable.ContainsKey((silo.Endpoint, silo.Generation)) && !await PortProbe.AcceptsAsync(silo.Endpoint)
            && _unreachable.TryAdd((silo.Endpoint, silo.Generation), true))
        {
            Unreachable(silo.Endpoint);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The silo at {Endpoint} belongs to a lost cluster: it refuses connections, and is declared dead.")]
    private partial void Gone(IPEndPoint endpoint);

    [LoggerMessage(LogLevel.Warning, "The silo at {Endpoint} belongs to a lost cluster: it accepts no connection and gives no sign of life, and is declared dead.")]
    private partial void Silent(IPEndPoint endpoint);

    [LoggerMessage(LogLevel.Warning, "The silo at {Endpoint} is alive but cannot be reached from here; this node joins when it can. Expected an address that all nodes reach (--advertise).")]
    private partial void Unreachable(IPEndPoint endpoint);
}
