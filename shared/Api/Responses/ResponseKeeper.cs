using Microsoft.Extensions.Hosting;
using OrleansInference.Api.Storage;
using OrleansInference.Engine.Requests;
using OrleansInference.Models;

namespace OrleansInference.Api.Responses;

/// <summary>
/// Regular work of a node on a durable store: it reports the responses that it generates, stops those that were cancelled elsewhere, continues background responses whose node was lost, and
/// deletes expired ones.
/// </summary>
internal sealed partial class ResponseKeeper(IResponseStore store, LiveResponses live, IInferenceService service, TimeProvider time, ILogger<ResponseKeeper> logger) : BackgroundService
{
    private const int ClaimedAtOnce = 16;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ClaimInterval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan PruneInterval = TimeSpan.FromMinutes(1);

    /// <summary>Silence after which a response counts as lost.</summary>
    private static readonly TimeSpan Lost = TimeSpan.FromSeconds(10);

    private long _claimedAt;
    private long _prunedAt;

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await live.LeaveAsync().WaitAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!store.IsDurable)
            return;
        _claimedAt = _prunedAt = time.GetTimestamp();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(Interval, time, stoppingToken);
                await RoundAsync(stoppingToken);
            }
            catch (InferenceException away) when (away.Code is ErrorCode.Unavailable)
            {
                Failed(away.Message);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task RoundAsync(CancellationToken stopping)
    {
        if (live.Stored is { Count: > 0 } own)
        {
            HashSet<string> running = [.. await store.TouchAsync(own, time.GetUtcNow(), stopping)];
            foreach (string id in own.Where(id => !running.Contains(id)))
            {
                // One that another node has ended is generated to its end here too, for its readers.
                if (live.Find(id) is not { } ended)
                    continue;
                if (await store.FindAsync(ended.Stored.Tenant, id, stopping) is null or { Status: ResponseStatus.Cancelled })
                    ended.Cancel();
            }
        }

        if (time.GetElapsedTime(_claimedAt) >= ClaimInterval && service.Status.Ready)
        {
            _claimedAt = time.GetTimestamp();
            foreach (StoredResponse lost in await store.ClaimAsync(time.GetUtcNow() - Lost, time.GetUtcNow(), ClaimedAtOnce, stopping))
            {
                Continued(lost.Id);
                live.Follow(lost);
            }
        }

        if (time.GetElapsedTime(_prunedAt) >= PruneInterval)
        {
            _prunedAt = time.GetTimestamp();
            await store.PruneAsync(time.GetUtcNow(), stopping);
        }
    }

    [LoggerMessage(LogLevel.Information, "The background response {Response}, which no node generates, is continued here.")]
    private partial void Continued(string response);

    [LoggerMessage(LogLevel.Warning, "Stored responses could not be checked: {Reason}")]
    private partial void Failed(string reason);
}
