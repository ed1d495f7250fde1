namespace OrleansInference.Simulation.Scale;

/// <summary>Median and 99th percentile of latencies, in seconds.</summary>
public readonly record struct LatencyFigures(double Median, double Most);

/// <summary>Effect of a rate of failures on the whole fleet.</summary>
/// <param name="PerDeviceYear">Failures of a device in a year.</param>
/// <param name="PerDay">Failures of all devices in a day.</param>
/// <param name="InterruptedPerDay">Streams that pause in a day.</param>
/// <param name="StalledShare">Fraction of the time in which a stream pauses.</param>
public readonly record struct FailureFigures(double PerDeviceYear, double PerDay, double InterruptedPerDay, double StalledShare);

/// <summary>Answer to a question of scale.</summary>
public sealed record ScaleReport
{
    public required ScaleOptions Options { get; init; }

    public int Pipelines { get; init; }

    /// <summary>Number of pipelines that were simulated step by step.</summary>
    public int Driven { get; init; }

    /// <summary>Upper bound on how far the best plan lies above the used one.</summary>
    public double PlanGap { get; init; }

    /// <summary>Kinds of pipelines: their number, and the layers of each stage.</summary>
    public required IReadOnlyList<(int Count, IReadOnlyList<int> Layers)> Shapes { get; init; }

    /// <summary>Tokens a second that all pipelines generate.</summary>
    public double TokensPerSecond { get; init; }

    public double RequestsPerSecond { get; init; }

    public LatencyFigures FirstToken { get; init; }

    public LatencyFigures InterToken { get; init; }

    /// <summary>Fraction of the time in which the plan's devices are busy: mean, least and most.</summary>
    public (double Mean, double Least, double Most) Utilisation { get; init; }

    /// <summary>Sessions with a request in progress, sessions with a waiting request, and all sessions.</summary>
    public (long Active, long Waiting, long Resident) Sessions { get; init; }

    /// <summary>Pages in use, kept for the next turn, free, and on the host.</summary>
    public (long InUse, long Cached, long Free, long Host) Pages { get; init; }

    public double CachedTokenShare { get; init; }

    /// <summary>Steps a second of all pipelines.</summary>
    public double StepsPerSecond { get; init; }

    /// <summary>Seconds of this machine that a router needs for a step, including the simulated load.</summary>
    public double RouterStepSeconds { get; init; }

    /// <summary>Seconds to detect a silent device, and to load a stage's weights without a spare.</summary>
    public (double Detect, double Load) Loss { get; init; }

    /// <summary>Time to restore all sequences of a pipeline from journals.</summary>
    public LatencyFigures JournalRecovery { get; init; }

    /// <summary>Time to restore them without journals.</summary>
    public LatencyFigures PrefixRecovery { get; init; }

    public required IReadOnlyList<FailureFigures> Failures { get; init; }

    /// <summary>Maximum memory of this process.</summary>
    public long MemoryBytes { get; init; }

    public TimeSpan Elapsed { get; init; }
}
