namespace OrleansInference.Cluster.Stage.Rates;

/// <summary>Options of the measurement of device rates, and of the delays with which plans follow them.</summary>
public sealed record RateOptions
{
    /// <summary>The shortest duration of a window. The steps of a window are evaluated together.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Duration of steps of unknown kinds after which the share of time in which the process runs is used instead.</summary>
    public TimeSpan UnknownWindow { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The lowest number of steps in a window, and in a run that determines the normal time of a device. The times of single steps vary too much.</summary>
    public int WindowSteps { get; init; } = 16;

    /// <summary>The number of first steps with new layers that are not counted, because they fault pages in and compile code.</summary>
    public int FirstSteps { get; init; } = 16;

    /// <summary>The number of windows whose median counts.</summary>
    public int Windows { get; init; } = 5;

    /// <summary>A device is slow below this share of its normal rate.</summary>
    public double SlowShare { get; init; } = 0.5;

    /// <summary>A slow device is normal again at or above this share of its normal rate.</summary>
    public double NormalShare { get; init; } = 0.65;

    /// <summary>Duration for which a device has to be slow before plans follow.</summary>
    public TimeSpan SlowAfter { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Duration for which a device has to be normal before plans follow, after it was slow for the first time. It doubles each further time.</summary>
    public TimeSpan NormalAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Upper limit of the duration for which a device has to be normal before plans follow.</summary>
    public TimeSpan MaxNormalAfter { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Duration for which a device has to be normal before its slow periods are forgotten.</summary>
    public TimeSpan ForgetAfter { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Factor by which a measurement has to exceed the announced figure to replace it. In that case other work disturbed the measurement at the start.</summary>
    public double ImprovementFactor { get; init; } = 1.25;

    /// <summary>Interval at which a device that may be slow and computes no steps is measured.</summary>
    public TimeSpan ProbeSlowInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The time from a device's start to its first measurement. The interval doubles with each further one.</summary>
    public TimeSpan ProbeAfter { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest interval between two measurements of an idle device.</summary>
    public TimeSpan ProbeInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Duration without a computation after which no stream counts as waiting for the device. Until then the device is not measured. It is longer than the time for which the loss of a
    /// machine stops the streams.
    /// </summary>
    public TimeSpan QuietFor { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Duration of one sample of the running time of a process that computes steps.</summary>
    public TimeSpan WatchFor { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>A process that is ready and does not run for at least this long stands still. Shorter waits for a core are normal.</summary>
    public TimeSpan StandstillFrom { get; init; } = TimeSpan.FromMilliseconds(5);
}
