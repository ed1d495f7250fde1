namespace OrleansInference.Cluster.Stage.Rates;

/// <summary>Options of how devices learn their rates, and how soon plans follow them.</summary>
public sealed record RateOptions
{
    /// <summary>The least duration of a window: the steps of a window are evaluated together.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long steps of unknown kinds must have been computed before the share of time in which the process runs is used instead.</summary>
    public TimeSpan UnknownWindow { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The least number of steps in a window, and in a run that a device's normal time is learnt from: single steps vary too much.</summary>
    public int WindowSteps { get; init; } = 16;

    /// <summary>The number of first steps with new layers that are not counted: they touch memory and compile code.</summary>
    public int FirstSteps { get; init; } = 16;

    /// <summary>The number of windows whose median counts.</summary>
    public int Windows { get; init; } = 5;

    /// <summary>A device is slow below this share of its normal rate.</summary>
    public double SlowShare { get; init; } = 0.5;

    /// <summary>A slow device is normal again from this share of its normal rate on.</summary>
    public double NormalShare { get; init; } = 0.65;

    /// <summary>How long a device has to be slow before plans follow.</summary>
    public TimeSpan SlowAfter { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a device has to be normal before plans follow, after it was slow for the first time. The time doubles with each further time.</summary>
    public TimeSpan NormalAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest that a device has to be normal before plans follow.</summary>
    public TimeSpan NormalAfterAtMost { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a device has to be normal before its slow times are forgotten.</summary>
    public TimeSpan ForgetAfter { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How many times better than the announced figure a measurement has to be to replace it: other work has disturbed the measurement at the start then.</summary>
    public double BetterBy { get; init; } = 1.25;

    /// <summary>How often a device that may be slow and computes no steps is measured.</summary>
    public TimeSpan ProbeSlowInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The time from a device's start to its first measurement. The interval doubles with each further one.</summary>
    public TimeSpan ProbeAfter { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest interval between two measurements of an idle device.</summary>
    public TimeSpan ProbeInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a device must have computed nothing before it counts as one that no stream waits for. It is longer than the loss of a machine stops the streams; until then the device is not measured.</summary>
    public TimeSpan QuietFor { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a process that computes steps watches its running time at a time.</summary>
    public TimeSpan WatchFor { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>A process that is ready and does not run for this long stands still. Every process waits for a core for shorter times.</summary>
    public TimeSpan StandstillFrom { get; init; } = TimeSpan.FromMilliseconds(5);
}
