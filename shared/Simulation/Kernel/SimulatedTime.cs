namespace OrleansInference.Simulation.Kernel;

/// <summary>The scheduler's time as the clock of what runs inside.</summary>
internal sealed class SimulatedTime(Scheduler scheduler) : TimeProvider
{
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => scheduler.Now.Ticks;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch + scheduler.Now;
}
