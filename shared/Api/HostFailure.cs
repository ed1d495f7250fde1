using Microsoft.Extensions.Hosting;

namespace OrleansInference.Api;

/// <summary>Cause of a host's unrequested stop. .NET stops a host when a background service throws, and the program then ends as after a requested stop.</summary>
/// <param name="Part">The service that failed.</param>
/// <param name="Error">Exception that it failed with.</param>
public sealed record HostFailure(string Part, Exception Error)
{
    /// <returns>The failure; null if no background service has failed.</returns>
    public static HostFailure? Find(IServiceProvider services) => services.GetServices<IHostedService>().OfType<BackgroundService>()
        .Where(static service => service.ExecuteTask?.IsFaulted == true)
        .Select(static service => new HostFailure(service.GetType().Name, service.ExecuteTask!.Exception!.InnerException!))
        .FirstOrDefault();
}
