using System.Data.Common;
using Orleans.Runtime;
using OrleansInference.Grains.Nodes;
using OrleansInference.Models;
using OrleansInference.Silo.Storage;

namespace OrleansInference.Silo.Failures;

/// <summary>
/// Detects that this silo was declared dead while it was cut off from the others and from the database, as soon as the database answers again. It then refreshes the membership, and
/// Orleans ends the process. Orleans alone retries an unreachable table at growing intervals of up to a minute.
/// </summary>
internal sealed class SelfEvictionWatcher(MembershipTable members, IClusterMembershipService membership, ILocalSiloDetails silo, ILogger<SelfEvictionWatcher> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => RetriedWork.RunAsync("The check whether this silo was declared dead", logger, CheckAsync, stoppingToken);

    private async Task CheckAsync(CancellationToken stopping)
    {
        SiloAddress self = silo.SiloAddress;
        try
        {
            if (await members.IsDeadAsync(self.Endpoint, self.Generation).WaitAsync(stopping))
            {
                await membership.Refresh(default, stopping);
            }
        }
        catch (Exception error) when (error is InferenceException or DbException or OrleansException or TimeoutException)
        {
            // The database is unavailable. The check is repeated.
        }

        await Task.Delay(Interval, stopping);
    }
}
