using System.Threading.Channels;
using OrleansInference.Grains.Nodes;
using OrleansInference.Tenancy.Storage;

namespace OrleansInference.Silo.Storage.Tenancy;

/// <summary>
/// Ends the leases of sessions that have ended, beside their streams, so that tokens that were not used return to the budgets. It also finds leases that nobody ended: of sessions whose node was lost, and of
/// requests that were lost before their session began.
/// </summary>
internal sealed partial class LeaseSettler : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Remembered = TimeSpan.FromDays(1); // for which an ended lease can be corrected

    private readonly SqlQuotaStore _quotas;
    private readonly Func<CancellationToken, Task<IReadOnlyList<(Guid Lease, long Used)>>> _find;
    private readonly ILogger _logger;
    private readonly Channel<(Guid Lease, long Used)> _ended = Channel.CreateUnbounded<(Guid, long)>();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _settling, _searching;

    /// <param name="quotas">The leases.</param>
    /// <param name="find">Finds leases to end that were not posted, with the tokens that they used.</param>
    /// <param name="logger">Receives failures.</param>
    public LeaseSettler(SqlQuotaStore quotas, Func<CancellationToken, Task<IReadOnlyList<(Guid Lease, long Used)>>> find, ILogger logger)
    {
        _quotas = quotas;
        _find = find;
        _logger = logger;
        _settling = Task.Run(SettleAsync);
        _searching = Task.Run(() => RetriedWork.RunAsync("The search for open leases", logger, SearchAsync, _stop.Token));
    }

    /// <summary>Ends a lease. Returns immediately.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="used">Tokens that were used, with those of the prompt.</param>
    public void Post(Guid lease, long used) => _ended.Writer.TryWrite((lease, used));

    public async ValueTask DisposeAsync()
    {
        _ended.Writer.TryComplete();
        await _settling;
        await _stop.CancelAsync();
        await _searching;
        _stop.Dispose();
    }

    private async Task SettleAsync()
    {
        bool failed = false;
        await foreach ((Guid lease, long used) in _ended.Reader.ReadAllAsync())
        {
            try
            {
                await _quotas.SettleAsync(lease, used, CancellationToken.None);
                failed = false;
            }
            catch (TenancyStoreException away)
            {
                // The search finds it when the database answers again.
                if (!failed)
                {
                    NotEnded(away.Message);
                }

                failed = true;
            }
        }
    }

    private async Task SearchAsync(CancellationToken stopping)
    {
        await Task.Delay(Interval, stopping);
        try
        {
            foreach ((Guid lease, long used) in await _find(stopping))
            {
                await _quotas.SettleAsync(lease, used, stopping);
            }

            await _quotas.ForgetAsync(DateTimeOffset.UtcNow - Remembered, stopping);
        }
        catch (TenancyStoreException away)
        {
            NotEnded(away.Message);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Tokens that requests have not used do not return to their budgets for now: {Reason}")]
    private partial void NotEnded(string reason);
}
