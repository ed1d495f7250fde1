using Microsoft.Extensions.Hosting;

namespace OrleansInference.Api;

/// <summary>Why a host has stopped unasked. .NET stops it when a background service throws, and then has the program end as if it had been asked to.</summary>
/// <param name="Part">The service that failed.</param>
/// <param name="Error">What it failed with.</param>
public sealed record HostFailure(string Part, Exception Error)
{
    /// <returns>Null where no background service has failed.</returns>
    public static HostFailure? Find(IServiceProvider services) => services.GetServices<IHostedService>().OfType<BackgroundService>()
        .Where(static service => service.ExecuteTask?.IsFaulted == true)
        .Select(static service => new HostFailure(service.GetType().Name, service.ExecuteTask!.Exception!.InnerException!))
        .FirstOrDefault();
}
