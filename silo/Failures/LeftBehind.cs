using System.Net;
using OrleansInference.Models;
using OrleansInference.Silo.Storage;

namespace OrleansInference.Silo.Failures;

/// <summary>
/// While a silo starts, declares those dead that a lost cluster has left behind: after the loss of all silos nobody is there to do it, and a silo that starts waits for
/// every one that is said to be active. Those whose machines are gone too do not refuse; they count as stale for Orleans after three signs of life that they missed.
/// </summary>
internal sealed partial class LeftBehind : IAsyncDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(500);

    private readonly MembershipTable _members;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _started = new();
    private readonly Task _looking;

    private LeftBehind(MembershipTable members, ILogger logger)
    {
        _members = members;
        _logger = logger;
        _looking = LookAsync();
    }

    /// <summary>Looks until it is disposed, when the silo has started.</summary>
    public static LeftBehind Watch(MembershipTable members, ILogger logger) => new(members, logger);

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
                IReadOnlyList<(IPEndPoint Endpoint, int Generation)> silos = await _members.ActiveAsync();
                await Task.WhenAll(silos.Select(CheckAsync));
            }
            catch (InferenceException)
            {
                // The database is away: nobody can join meanwhile.
            }

            await Task.Delay(Every, _started.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task CheckAsync((IPEndPoint Endpoint, int Generation) silo)
    {
        if (await PortProbe.RefusesAsync(silo.Endpoint) && await _members.DeclareDeadAsync(silo.Endpoint, silo.Generation))
        {
            Gone(silo.Endpoint);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The silo at {Endpoint} is left from before: it refuses connections, and is declared dead.")]
    private partial void Gone(IPEndPoint endpoint);
}
