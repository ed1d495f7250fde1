using Orleans.Concurrency;

namespace OrleansInference.Grains.Directory;

/// <summary>What a node says of one of its devices.</summary>
[GenerateSerializer, Immutable, Alias("inference.device-state")]
public sealed record DeviceState
{
    /// <summary>Given once: a device that was lost comes back under another number.</summary>
    [Id(0)]
    public required int Number { get; init; }

    [Id(1)]
    public string Kind { get; init; } = "cpu";

    [Id(2)]
    public required long MemoryBytes { get; init; }

    /// <summary>Measured, bytes a second, at its best.</summary>
    [Id(3)]
    public required double ReadBandwidth { get; init; }

    /// <summary>Measured, floating-point operations a second, at its best.</summary>
    [Id(4)]
    public required double ArithmeticRate { get; init; }

    /// <summary>Pages of its pool.</summary>
    [Id(5)]
    public required int Pages { get; init; }

    /// <summary>Most rows of a step.</summary>
    [Id(6)]
    public required int StepTokens { get; init; }

    /// <summary>First layer that runs there.</summary>
    [Id(7)]
    public int FirstLayer { get; init; }

    /// <summary>The layer after the last; 0 when none runs there.</summary>
    [Id(8)]
    public int EndLayer { get; init; }

    /// <summary>Epoch of the plan in force there.</summary>
    [Id(9)]
    public long Epoch { get; init; }

    /// <summary>Steps that it computed.</summary>
    [Id(10)]
    public long Steps { get; init; }

    /// <summary>Of the steps, each from when it was begun until it was sent on.</summary>
    [Id(11)]
    public TimeSpan Computing { get; init; }

    /// <summary>Of the steps, each from its arrival until it was begun.</summary>
    [Id(12)]
    public TimeSpan Waiting { get; init; }

    /// <summary>Bytes of pages that migrations took from it.</summary>
    [Id(13)]
    public long CopiedBytes { get; init; }

    /// <summary>Bytes of hidden states that recoveries took from it.</summary>
    [Id(14)]
    public long ReplayedBytes { get; init; }

    /// <summary>In which pages were computed again for recoveries.</summary>
    [Id(15)]
    public TimeSpan Replaying { get; init; }

    /// <summary>The pipeline that it serves; −1: none yet.</summary>
    [Id(16)]
    public int Pipeline { get; init; }

    /// <summary>The part of its normal rate that it reaches; null where it does not know, or is of a version that does not say.</summary>
    [Id(17)]
    public double? RateShare { get; init; }

    /// <summary>Pages that it found to hold other contents than they should.</summary>
    [Id(18)]
    public long SpoiltPages { get; init; }

    /// <summary>This device in another condition.</summary>
    public DeviceState With(DeviceCondition condition) => this with
    {
        Pipeline = condition.Pipeline,
        ReadBandwidth = condition.ReadBandwidth,
        ArithmeticRate = condition.ArithmeticRate,
        RateShare = condition.RateShare,
    };

    /// <summary>This device with other figures.</summary>
    public DeviceState With(DeviceFigures figures) => this with
    {
        FirstLayer = figures.FirstLayer,
        EndLayer = figures.EndLayer,
        Epoch = figures.Epoch,
        Steps = figures.Steps,
        Computing = figures.Computing,
        Waiting = figures.Waiting,
        CopiedBytes = figures.CopiedBytes,
        ReplayedBytes = figures.ReplayedBytes,
        Replaying = figures.Replaying,
        SpoiltPages = figures.SpoiltPages,
    };

    /// <summary>Whether another state is of the same device and differs in its condition and its figures at most.</summary>
    public bool IsSameDevice(DeviceState other) =>
        Number == other.Number && Kind == other.Kind && MemoryBytes == other.MemoryBytes && Pages == other.Pages && StepTokens == other.StepTokens;
}
