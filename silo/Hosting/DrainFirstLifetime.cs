namespace OrleansInference.Silo.Hosting;

/// <summary>
/// Leaves signals alone: the host would tell Orleans to stop at once, and a silo that stops takes part in nothing any more. The node hands over first, and stops
/// its host then.
/// </summary>
internal sealed class DrainFirstLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
