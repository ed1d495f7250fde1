namespace OrleansInference.Simulation.Scale;

/// <summary>Half of the latencies, and all but one in a hundred, do not exceed these seconds.</summary>
public readonly record struct LatencyFigures(double Median, double Most);

/// <summary>What a rate of failures does to the whole.</summary>
/// <param name="PerDeviceYear">Failures of a device in a year.</param>
/// <param name="PerDay">Of all devices in a day.</param>
/// <param name="InterruptedPerDay">Streams that pause, in a day.</param>
/// <param name="StalledShare">Part of the time that a stream pauses.</param>
public readonly record struct FailureFigures(double PerDeviceYear, double PerDay, double InterruptedPerDay, double StalledShare);

/// <summary>The answer to a question of scale.</summary>
public sealed record ScaleReport
{
    public required ScaleOptions Options { get; init; }

    public int Pipelines { get; init; }

    /// <summary>Pipelines that were driven step by step.</summary>
    public int Driven { get; init; }

    /// <summary>How far the best plan may lie above the one that was used.</summary>
    public double PlanGap { get; init; }

    /// <summary>Kinds of pipelines: how many, and the layers of each stage.</summary>
    public required IReadOnlyList<(int Count, IReadOnlyList<int> Layers)> Shapes { get; init; }

    /// <summary>Generated, by all pipelines.</summary>
    public double TokensPerSecond { get; init; }

    public double RequestsPerSecond { get; init; }

    public LatencyFigures FirstToken { get; init; }

    public LatencyFigures InterToken { get; init; }

    /// <summary>Part of the time that the devices of the plan are busy: on average, the least and the most of any.</summary>
    public (double Mean, double Least, double Most) Utilisation { get; init; }

    /// <summary>Sessions that are being answered, those that wait for it, and all that have pages anywhere or none.</summary>
    public (long Active, long Waiting, long Resident) Sessions { get; init; }

    /// <summary>Pages in use, kept for the next turn, free, and on the host.</summary>
    public (long InUse, long Cached, long Free, long Host) Pages { get; init; }

    public double CachedTokenShare { get; init; }

    /// <summary>Steps of all pipelines in a second.</summary>
    public double StepsPerSecond { get; init; }

    /// <summary>Seconds of this machine that a router takes for a step, all that feeds it included.</summary>
    public double RouterStepSeconds { get; init; }

    /// <summary>Until a silent device is given up, and to load a stage's weights where no spare has them.</summary>
    public (double Detect, double Load) Loss { get; init; }

    /// <summary>Bringing back all sequences of a pipeline where journals hold them.</summary>
    public LatencyFigures JournalRecovery { get; init; }

    /// <summary>Without journals.</summary>
    public LatencyFigures PrefixRecovery { get; init; }

    public required IReadOnlyList<FailureFigures> Failures { get; init; }

    /// <summary>Of this process at most.</summary>
    public long MemoryBytes { get; init; }

    public TimeSpan Elapsed { get; init; }
}
