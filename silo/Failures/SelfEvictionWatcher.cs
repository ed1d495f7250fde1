using System.Data.Common;
using Orleans.Runtime;
using OrleansInference.Grains.Nodes;
using OrleansInference.Models;
using OrleansInference.Silo.Storage;

namespace OrleansInference.Silo.Failures;

/// <summary>
/// Makes a silo that was cut off from the others and from the database notice its declared death as soon as the database answers again. Orleans, which then
/// ends the process, retries an unreachable table at growing intervals of up to a minute.
/// </summary>
internal sealed class SelfEvictionWatcher(MembershipTable members, IClusterMembershipService membership, ILocalSiloDetails silo, ILogger<SelfEvictionWatcher> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => RetriedWork.RunAsync("The check whether this silo was declared dead", logger, LookAsync, stoppingToken);

    private async Task LookAsync(CancellationToken stopping)
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
            // The database is away, or away again.
        }

        await Task.Delay(Interval, stopping);
    }
}
