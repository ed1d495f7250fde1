namespace OrleansInference.Simulation.Scale;

/// <summary>Clock that advances only when it is set.</summary>
internal sealed class VirtualClock : TimeProvider
{
    private long _ticks = TimeSpan.TicksPerSecond;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _ticks;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(_ticks);

    /// <summary>Advances to a time in ticks; never goes back.</summary>
    public void GoTo(long ticks) => _ticks = Math.Max(_ticks, ticks);
}
