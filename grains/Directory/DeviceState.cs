using Orleans.Concurrency;

namespace OrleansInference.Grains.Directory;

/// <summary>State of a device as its node announces it.</summary>
[GenerateSerializer, Immutable, Alias("inference.device-state")]
public sealed record DeviceState
{
    /// <summary>Number of the device, used once: a device that was lost returns under another number.</summary>
    [Id(0)]
    public required int Number { get; init; }

    [Id(1)]
    public string Kind { get; init; } = "cpu";

    [Id(2)]
    public required long MemoryBytes { get; init; }

    /// <summary>Best measured read bandwidth, in bytes a second.</summary>
    [Id(3)]
    public required double ReadBandwidth { get; init; }

    /// <summary>Best measured arithmetic rate, in floating-point operations a second.</summary>
    [Id(4)]
    public required double ArithmeticRate { get; init; }

    /// <summary>Pages of the device's pool.</summary>
    [Id(5)]
    public required int Pages { get; init; }

    /// <summary>Maximum rows of a step.</summary>
    [Id(6)]
    public required int StepTokens { get; init; }

    /// <summary>First layer that runs on the device.</summary>
    [Id(7)]
    public int FirstLayer { get; init; }

    /// <summary>Layer after the last that runs on the device; 0 if none does.</summary>
    [Id(8)]
    public int EndLayer { get; init; }

    /// <summary>Epoch of the plan in force on the device.</summary>
    [Id(9)]
    public long Epoch { get; init; }

    /// <summary>Steps that the device has computed.</summary>
    [Id(10)]
    public long Steps { get; init; }

    /// <summary>Total time of the steps from the start of each until it was sent on.</summary>
    [Id(11)]
    public TimeSpan Computing { get; init; }

    /// <summary>Total time of the steps from the arrival of each until its start.</summary>
    [Id(12)]
    public TimeSpan Waiting { get; init; }

    /// <summary>Bytes of pages that migrations copied from the device.</summary>
    [Id(13)]
    public long CopiedBytes { get; init; }

    /// <summary>Bytes of hidden states that recoveries read from the device.</summary>
    [Id(14)]
    public long ReplayedBytes { get; init; }

    /// <summary>Total time in which the device recomputed pages for recoveries.</summary>
    [Id(15)]
    public TimeSpan Replaying { get; init; }

    /// <summary>Pipeline that the device serves; −1: none yet.</summary>
    [Id(16)]
    public int Pipeline { get; init; }

    /// <summary>Current fraction of the device's normal rate; null if unknown, or from a node of a version that does not report it.</summary>
    [Id(17)]
    public double? RateShare { get; init; }

    /// <summary>Pages whose content the device found corrupted.</summary>
    [Id(18)]
    public long CorruptedPages { get; init; }

    /// <summary>Returns this device with another condition.</summary>
    public DeviceState With(DeviceCondition condition) => this with
    {
        Pipeline = condition.Pipeline,
        ReadBandwidth = condition.ReadBandwidth,
        ArithmeticRate = condition.ArithmeticRate,
        RateShare = condition.RateShare,
    };

    /// <summary>Returns this device with other figures.</summary>
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
        CorruptedPages = figures.CorruptedPages,
    };

    /// <summary>Whether another state is of the same device and differs at most in its condition and its figures.</summary>
    public bool IsSameDevice(DeviceState other) =>
        Number == other.Number && Kind == other.Kind && MemoryBytes == other.MemoryBytes && Pages == other.Pages && StepTokens == other.StepTokens;
}
