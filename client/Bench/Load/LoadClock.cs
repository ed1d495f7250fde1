namespace OrleansInference.Bench.Load;

/// <summary>Time since the run started.</summary>
internal sealed class LoadClock(TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();

    public TimeSpan Now => time.GetElapsedTime(_start);

    public async Task DelayUntilAsync(TimeSpan moment, CancellationToken cancellationToken)
    {
        // A timer counts whole milliseconds and may fire before the last one is over.
        for (TimeSpan wait = moment - Now; wait > TimeSpan.Zero; wait = moment - Now)
        {
            await Task.Delay(wait, time, cancellationToken);
        }
    }
}

/// <summary>Measured part of a run: from the end of the warm-up until the last request is started.</summary>
internal readonly record struct MeasurementWindow(TimeSpan From, TimeSpan To)
{
    public double Seconds => (To - From).TotalSeconds;

    public bool Contains(TimeSpan moment) => moment >= From && moment < To;
}
