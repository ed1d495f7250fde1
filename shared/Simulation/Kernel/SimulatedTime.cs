namespace OrleansInference.Simulation.Kernel;

/// <summary>The timeline's time as the clock of what runs inside.</summary>
internal sealed class SimulatedTime(Timeline timeline) : TimeProvider
{
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => timeline.Now.Ticks;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch + timeline.Now;
}
