using System.Diagnostics;
using System.Net;
using OrleansInference.Models;
using OrleansInference.Silo.Storage;

namespace OrleansInference.Silo.Failures;

/// <summary>
/// While a silo starts, declares those dead that a lost cluster has left behind: after the loss of all silos nobody is there to do it, and a silo that starts waits for
/// every one that is said to be active. Those whose machines are gone too do not refuse. They have missed three signs of life: Orleans goes by the time that they said last, and so waits longer
/// for one whose clock was ahead; here it is the time of this machine.
/// </summary>
internal sealed partial class LeftBehind : IAsyncDisposable
{
    private const int MissedSigns = 3;

    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(500);

    private readonly Dictionary<(IPEndPoint Endpoint, int Generation), (DateTime Sign, long Since)> _signs = [];
    private readonly MembershipTable _members;
    private readonly TimeSpan _signOfLifeEvery;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _started = new();
    private readonly Task _looking;

    private LeftBehind(MembershipTable members, TimeSpan signOfLifeEvery, ILogger logger)
    {
        _members = members;
        _signOfLifeEvery = signOfLifeEvery;
        _logger = logger;
        _looking = LookAsync();
    }

    /// <summary>Looks until it is disposed, when the silo has started.</summary>
    /// <param name="members">What the database says.</param>
    /// <param name="signOfLifeEvery">How often silos say there that they are alive.</param>
    /// <param name="logger">Is told of each.</param>
    public static LeftBehind Watch(MembershipTable members, TimeSpan signOfLifeEvery, ILogger logger) => new(members, signOfLifeEvery, logger);

    public async ValueTask DisposeAsync()
    {
        await _started.CancelAsync();
        await _looking;
        _started.Dispose();
    }

    private async Task LookAsync()
    {
        while (!_started.IsCancellationRequested)
        {
            try
            {
                IReadOnlyList<ActiveSilo> silos = await _members.ActiveAsync();
                await Task.WhenAll([.. silos.Select(silo => CheckAsync(silo, HasMissedSigns(silo)))]);
            }
            catch (InferenceException)
            {
                // The database is away: nobody can join meanwhile, or say that it is alive.
                _signs.Clear();
            }

            await Task.Delay(Every, _started.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private bool HasMissedSigns(ActiveSilo silo)
    {
        if (!_signs.TryGetValue((silo.Endpoint, silo.Generation), out (DateTime Sign, long Since) last) || last.Sign != silo.SignOfLife)
        {
            last = (silo.SignOfLife, Stopwatch.GetTimestamp());
            _signs[(silo.Endpoint, silo.Generation)] = last;
        }

        return Stopwatch.GetElapsedTime(last.Since) > MissedSigns * _signOfLifeEvery;
    }

    private async Task CheckAsync(ActiveSilo silo, bool hasMissedSigns)
    {
        if (await PortProbe.RefusesAsync(silo.Endpoint))
        {
            if (await _members.DeclareDeadAsync(silo))
            {
                Gone(silo.Endpoint);
            }
        }
        else if (hasMissedSigns && !await PortProbe.AcceptsAsync(silo.Endpoint) && await _members.DeclareDeadAsync(silo))
        {
            Silent(silo.Endpoint);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The silo at {Endpoint} is left from before: it refuses connections, and is declared dead.")]
    private partial void Gone(IPEndPoint endpoint);

    [LoggerMessage(LogLevel.Warning, "The silo at {Endpoint} is left from before: it takes no connection and gives no sign of life, and is declared dead.")]
    private partial void Silent(IPEndPoint endpoint);
}
