using System.Data.Common;
using System.Net;
using Orleans.Runtime;
using OrleansInference.Models;
using OrleansInference.Silo.Storage;

namespace OrleansInference.Silo.Failures;

/// <summary>
/// Writes this silo's sign of life into the membership table, from when it joins on, and reads those of the others. In addition it dials each silo at an address of this machine once: only of a silo that was
/// reached it says something that its port refuses.
/// </summary>
internal sealed class SignsOfLife(MembershipTable members, MembershipJudge judge, ILocalSiloDetails silo) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        SiloAddress self = silo.SiloAddress;
        using PeriodicTimer timer = new(MembershipJudge.SignEvery);
        do
        {
            try
            {
                IReadOnlyList<MemberSign> signs = await members.ExchangeSignsAsync(self.Endpoint, self.Generation, DateTime.UtcNow, stoppingToken);
                judge.Observe(signs);
                foreach (MemberSign other in signs.Where(other => OwnAddresses.Contains(other.Endpoint.Address) && !IsSelf(other) && !judge.WasReached(other.Endpoint, other.Generation)))
                {
                    if (await PortProbe.AcceptsAsync(other.Endpoint))
                    {
                        judge.Reached(other.Endpoint, other.Generation);
                    }
                }
            }
            catch (Exception error) when (error is InferenceException or DbException or TimeoutException or IOException)
            {
                judge.DatabaseIsAway();
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));

        bool IsSelf(MemberSign member) => member.Endpoint.Equals(self.Endpoint) && member.Generation == self.Generation;
    }
}
