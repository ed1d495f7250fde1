using OrleansInference.Models;

namespace OrleansInference.Cluster.Planning;

/// <summary>Load to plan for, and thresholds for replacing the plan in force.</summary>
public sealed record PlannerOptions
{
    /// <summary>Tokens of a step: sequences that decode together, on each pipeline.</summary>
    public int StepTokens { get; init; } = 16;

    /// <summary>Tokens whose keys and values every stage must have room for. The planner assumes that a step reads all of them.</summary>
    public int KvTokens { get; init; } = 65536;

    /// <summary>Memory that a stage needs in addition to weights and pages.</summary>
    public long StageBytes { get; init; }

    /// <summary>Time of a stage's step that does not depend on its layers.</summary>
    public TimeSpan StageOverhead { get; init; } = TimeSpan.FromMicroseconds(50);

    /// <summary>Connection of devices without a <see cref="DeviceDescription.Link"/>.</summary>
    public LinkDescription DefaultLink { get; init; } = new(TimeSpan.FromMicroseconds(200), 1.25e9);

    /// <summary>Maximum number of pipelines.</summary>
    public int MaxPipelines { get; init; } = int.MaxValue;

    /// <summary>Minimum gain over the plan in force, in throughput or latency, for which another plan replaces it.</summary>
    public double MinimumGain { get; init; } = 0.05;

    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: a value is out of range.</exception>
    public void Validate()
    {
        Require(StepTokens > 0, nameof(StepTokens), StepTokens, "at least 1");
        Require(KvTokens >= 0, nameof(KvTokens), KvTokens, "0 or more");
        Require(StageBytes >= 0, nameof(StageBytes), StageBytes, "0 or more");
        Require(StageOverhead >= TimeSpan.Zero && StageOverhead <= TimeSpan.FromMinutes(1), nameof(StageOverhead), StageOverhead, "0 to 1 minute");
        Require(MaxPipelines > 0, nameof(MaxPipelines), MaxPipelines, "at least 1");
        Require(MinimumGain is >= 0 and <= 10, nameof(MinimumGain), MinimumGain, "0 to 10");
        CheckLink(DefaultLink, nameof(DefaultLink));
    }

    internal static void CheckLink(LinkDescription link, string name)
    {
        Require(link.Latency >= TimeSpan.Zero && link.Latency <= TimeSpan.FromMinutes(1), $"{name}.Latency", link.Latency, "0 to 1 minute");
        Require(link.Bandwidth > 0, $"{name}.Bandwidth", link.Bandwidth, "more than 0 bytes per second");
    }

    public static void Require<T>(bool holds, string name, T value, string expected)
    {
        if (!holds)
            InferenceException.Throw(ErrorCode.InvalidOption, $"{name} is {value}, expected {expected}.", name);
    }
}
