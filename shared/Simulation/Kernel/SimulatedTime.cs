namespace OrleansInference.Simulation.Kernel;

/// <summary>Clock of the simulated code: the time of the timeline.</summary>
internal sealed class SimulatedTime(Timeline timeline) : TimeProvider
{
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => timeline.Now.Ticks;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch + timeline.Now;
}
