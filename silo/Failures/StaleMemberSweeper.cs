using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using OrleansInference.Grains.Nodes;
using OrleansInference.Models;
using OrleansInference.Silo.Storage;

namespace OrleansInference.Silo.Failures;

/// <summary>
/// Declares the silos of a lost cluster dead while a silo starts. After the loss of all silos no other silo can declare them dead, and a starting silo waits for every silo that the
/// table lists as active. A silo whose sign of life continues is never declared dead here, even if this machine cannot reach it, because other machines may reach it. A silo that
/// refuses connections has to be silent for three seconds. A silo that does not refuse, because its machine is down, has to miss three of Orleans' signs of life. Orleans compares the
/// written times, and therefore waits longer for a silo whose clock was ahead. The sweeper uses the clock of this machine and counts only time in which the database answered.
/// </summary>
internal sealed partial class StaleMemberSweeper : IAsyncDisposable
{
    private const int MissedSigns = 3;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan WarnAfter = TimeSpan.FromSeconds(5);

    private readonly SignWatch _signs = new(Interval);
    private readonly ConcurrentDictionary<(IPEndPoint Endpoint, int Generation), bool> _unreachable = new(); // silos that a warning was logged for
    private readonly MembershipTable _members;
    private readonly TimeSpan _signInterval;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _started = new();
    private readonly Task _sweeping;

    private StaleMemberSweeper(MembershipTable members, TimeSpan signInterval, ILogger logger)
    {
        _members = members;
        _signInterval = signInterval;
        _logger = logger;
        _sweeping = RetriedWork.RunAsync("The search for silos of a lost cluster", logger, SweepAsync, _started.Token);
    }

    /// <summary>Starts a sweeper. It runs until it is disposed, when the silo has started.</summary>
    /// <param name="members">Membership in the database.</param>
    /// <param name="signInterval">Interval at which silos write their sign of life to the table.</param>
    /// <param name="logger">Receives a line for each silo.</param>
    public static StaleMemberSweeper Watch(MembershipTable members, TimeSpan signInterval, ILogger logger) => new(members, signInterval, logger);

    public async ValueTask DisposeAsync()
    {
        await _started.CancelAsync();
        await _sweeping;
        _started.Dispose();
    }

    private async Task SweepAsync(CancellationToken started)
    {
        try
        {
            IReadOnlyList<ActiveSilo> silos = await _members.ActiveAsync();
            _signs.Answered();
            await Task.WhenAll([.. silos.Select(silo => CheckAsync(silo, _signs.Observe(silo.Endpoint, silo.Generation, silo.SignOfLife)))]);
        }
        catch (InferenceException)
        {
            // The database is unavailable, so no silo can join or write a sign of life.
            _signs.Clear();
        }

        await Task.Delay(Interval, started);
    }

    private async Task CheckAsync(ActiveSilo silo, ObservedSign seen)
    {
        TimeSpan silence = seen.Silence;
        if (silence <= MembershipJudge.StoppedAfter && silence <= MissedSigns * _signInterval)
        {
            await WarnAsync(silo, seen.First);
        }
        else if (silence > MembershipJudge.StoppedAfter && await PortProbe.RefusesAsync(silo.Endpoint))
        {
            if (await _members.DeclareDeadAsync(silo))
            {
                Refusing(silo.Endpoint);
            }
        }
        else if (silence > MissedSigns * _signInterval && !await PortProbe.AcceptsAsync(silo.Endpoint) && await _members.DeclareDeadAsync(silo))
        {
            Silent(silo.Endpoint);
        }
    }

    /// <summary>Logs the silo for which the start waits.</summary>
    private async Task WarnAsync(ActiveSilo silo, long first)
    {
        if (Stopwatch.GetElapsedTime(first) > WarnAfter && !_unreachable.ContainsKey((silo.Endpoint, silo.Generation)) && !await PortProbe.AcceptsAsync(silo.Endpoint)
            && _unreachable.TryAdd((silo.Endpoint, silo.Generation), true))
        {
            Unreachable(silo.Endpoint);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The silo at {Endpoint} belongs to a lost cluster: it refuses connections, and is declared dead.")]
    private partial void Refusing(IPEndPoint endpoint);

    [LoggerMessage(LogLevel.Warning, "The silo at {Endpoint} belongs to a lost cluster: it accepts no connection and gives no sign of life, and is declared dead.")]
    private partial void Silent(IPEndPoint endpoint);

    [LoggerMessage(LogLevel.Warning, "The silo at {Endpoint} is alive but cannot be reached from here; this node joins when it can. Expected an address that all nodes reach (--advertise).")]
    private partial void Unreachable(IPEndPoint endpoint);
}
