namespace OrleansInference.Silo.Hosting;

/// <summary>
/// Host lifetime that ignores signals. The default lifetime would stop Orleans immediately, and a stopping silo takes part in nothing any more. The node first
/// hands over, and then stops its host.
/// </summary>
internal sealed class DrainFirstLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
