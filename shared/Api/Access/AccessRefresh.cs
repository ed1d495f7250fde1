using OrleansInference.Tenancy.Access;
using OrleansInference.Tenancy.Storage;

namespace OrleansInference.Api.Access;

/// <summary>Follows the changes of keys and tenants, so that a revocation is in force within a second.</summary>
internal sealed partial class AccessRefresh(AccessDirectory directory, ILogger<AccessRefresh> logger) : Microsoft.Extensions.Hosting.BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        bool isAway = false;
        using PeriodicTimer timer = new(AccessDirectory.RefreshInterval);
        do
        {
            try
            {
                await directory.RefreshAsync(stoppingToken);
                if (isAway)
                {
                    Back();
                }

                isAway = false;
            }
            catch (TenancyStoreException away)
            {
                if (!isAway)
                {
                    Away(away.Message.TrimEnd('.'));
                }

                isAway = true;
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(LogLevel.Warning, "Changes of keys and tenants are not followed: {Reason}. Keys in use are accepted as they were; requests with other keys are refused.")]
    private partial void Away(string reason);

    [LoggerMessage(LogLevel.Information, "Changes of keys and tenants are followed again.")]
    private partial void Back();
}
