namespace OrleansInference.Cluster.Stage.Rates;

/// <summary>How rates of devices are learnt, and with what patience plans follow them.</summary>
internal sealed record RateOptions
{
    /// <summary>Steps are weighed together for at least so long.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long steps must have been computed of whose kinds nothing is known before the time in which the process runs stands in for them.</summary>
    public TimeSpan UnknownWindow { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Steps that are weighed together at least, and of which a device's normal is learnt: single ones tell too little.</summary>
    public int WindowSteps { get; init; } = 16;

    /// <summary>Steps with layers that have just come which are not counted: they touch memory and compile code.</summary>
    public int FirstSteps { get; init; } = 16;

    /// <summary>Windows whose median counts.</summary>
    public int Windows { get; init; } = 5;

    /// <summary>A device is slow below this share of its normal rate.</summary>
    public double SlowShare { get; init; } = 0.5;

    /// <summary>A slow device is as it was from this share of its normal rate on.</summary>
    public double NormalShare { get; init; } = 0.65;

    /// <summary>How long a device has to be slow before plans follow.</summary>
    public TimeSpan SlowAfter { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a device has to be normal before plans follow, after it was slow for the first time; twice as long each time after that.</summary>
    public TimeSpan NormalAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest that a device has to be normal before plans follow.</summary>
    public TimeSpan NormalAfterAtMost { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>After how long of being normal it is forgotten that a device was slow.</summary>
    public TimeSpan ForgetAfter { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How many times better than the announced figure a measurement has to be to take its place: the one at the start was made beside other work then.</summary>
    public double BetterBy { get; init; } = 1.25;

    /// <summary>How often a device that may be slow and computes no steps is measured.</summary>
    public TimeSpan ProbeSlowInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>When a device is measured again after its start; then after twice as long each time.</summary>
    public TimeSpan ProbeAfter { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest between two measurements of a device that has the time for them.</summary>
    public TimeSpan ProbeInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long no step must have been computed before a device that may be slow is measured.</summary>
    public TimeSpan QuietFor { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a process that computes steps watches at a time whether it runs.</summary>
    public TimeSpan WatchFor { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>A process that does not run for so long, although it could, stands still; shorter waits are those of every process for a core.</summary>
    public TimeSpan StandstillFrom { get; init; } = TimeSpan.FromMilliseconds(5);
}
