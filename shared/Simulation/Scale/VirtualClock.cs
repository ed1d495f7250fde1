namespace OrleansInference.Simulation.Scale;

/// <summary>A clock that stands still until it is set forward.</summary>
internal sealed class VirtualClock : TimeProvider
{
    private long _ticks = TimeSpan.TicksPerSecond;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _ticks;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(_ticks);

    /// <summary>Goes to a moment, in ticks; never back.</summary>
    public void GoTo(long ticks) => _ticks = Math.Max(_ticks, ticks);
}
