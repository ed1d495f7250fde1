using System.Data.Common;
using System.Net;
using Orleans.Runtime;
using OrleansInference.Grains.Nodes;
using OrleansInference.Models;
using OrleansInference.Silo.Storage;

namespace OrleansInference.Silo.Failures;

/// <summary>
/// Writes this silo's sign of life to the membership table after it has joined, and reads the signs of the others. It also connects to each silo at an
/// address of this machine once: a refused connection is evidence only for a silo that was reached before.
/// </summary>
internal sealed class SignsOfLife(MembershipTable members, MembershipJudge judge, ILocalSiloDetails silo, ILogger<SignsOfLife> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer timer = new(MembershipJudge.SignInterval);
        await RetriedWork.RunAsync("The exchange of signs of life", logger, RoundAsync, stoppingToken);

        async Task RoundAsync(CancellationToken stopping)
        {
            await ExchangeAsync(stopping);
            await timer.WaitForNextTickAsync(stopping);
        }
    }

    private async Task ExchangeAsync(CancellationToken stopping)
    {
        SiloAddress self = silo.SiloAddress;
        try
        {
            IReadOnlyList<MemberSign> signs = await members.ExchangeSignsAsync(self.Endpoint, self.Generation, DateTime.UtcNow, stopping);
            judge.Observe(signs);
            foreach (MemberSign other in signs.Where(other => OwnAddresses.Contains(other.Endpoint.Address) && !IsSelf(other) && !judge.WasReached(other.Endpoint, other.Generation)))
            {
                if (await PortProbe.AcceptsAsync(other.Endpoint))
                {
                    judge.Reached(other.Endpoint, other.Generation);
                }
            }
        }
        catch (Exception error)
        {
            // Every failure counts, because silos are judged by the signs that were read, and this read returned none.
            judge.OnDatabaseUnavailable();
            if (error is not (InferenceException or DbException or TimeoutException or IOException))
            {
                throw;
            }
        }

        bool IsSelf(MemberSign member) => member.Endpoint.Equals(self.Endpoint) && member.Generation == self.Generation;
    }
}
