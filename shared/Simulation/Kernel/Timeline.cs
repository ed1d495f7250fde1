namespace OrleansInference.Simulation.Kernel;

/// <summary>Virtual time with its scheduled events: the next event is the earliest, and among equals the one scheduled first.</summary>
internal sealed class Timeline
{
    private readonly PriorityQueue<(SimulatedProcess? Process, int Life, Action Action), (long Time, long Order)> _queue = new();
    private long _order;

    /// <summary>Current time, in ticks of <see cref="TimeSpan"/>.</summary>
    public TimeSpan Now { get; private set; }

    /// <summary>Number of past events.</summary>
    public long Events { get; private set; }

    /// <summary>Schedules an action independently of any process.</summary>
    public void After(TimeSpan delay, Action action) => _queue.Enqueue((null, 0, action), ((Now + delay).Ticks, ++_order));

    /// <summary>Schedules an action that is dropped if the process crashes before.</summary>
    public void After(TimeSpan delay, SimulatedProcess process, Action action) =>
        _queue.Enqueue((process, process.Life, action), ((Now + delay).Ticks, ++_order));

    /// <summary>Runs the next event.</summary>
    /// <returns>False if there is none before <paramref name="end"/>.</returns>
    public bool Step(TimeSpan end)
    {
        if (!_queue.TryPeek(out var next, out var when) || when.Time > end.Ticks)
        {
            return false;
        }

        _queue.Dequeue();
        Now = TimeSpan.FromTicks(when.Time);
        if (next.Process is { } process && process.StarvedUntil > Now)
        {
            _queue.Enqueue(next, (process.StarvedUntil.Ticks, ++_order));
            return true;
        }

        if (next.Process is null || (next.Process.Alive && next.Process.Life == next.Life))
        {
            Events++;
            next.Action();
        }

        return true;
    }
}

/// <summary>Clock of the simulated code: the time of the timeline.</summary>
internal sealed class SimulatedTime(Timeline timeline) : TimeProvider
{
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => timeline.Now.Ticks;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch + timeline.Now;
}
