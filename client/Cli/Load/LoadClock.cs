namespace OrleansInference.Cli.Load;

/// <summary>Time since the run began.</summary>
internal sealed class LoadClock(TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();

    public TimeSpan Now => time.GetElapsedTime(_start);

    public Task DelayUntilAsync(TimeSpan moment, CancellationToken cancellationToken)
    {
        TimeSpan wait = moment - Now;
        return wait <= TimeSpan.Zero ? Task.CompletedTask : Task.Delay(wait, time, cancellationToken);
    }
}
