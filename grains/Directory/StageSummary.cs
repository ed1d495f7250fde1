using Orleans.Concurrency;

namespace OrleansInference.Grains.Directory;

/// <summary>A stage of the plan in force.</summary>
/// <param name="Device">Number of the device.</param>
/// <param name="FirstLayer">Its first layer.</param>
/// <param name="EndLayer">The layer after its last.</param>
[GenerateSerializer, Immutable, Alias("inference.stage")]
public sealed record StageSummary([property: Id(0)] int Device, [property: Id(1)] int FirstLayer, [property: Id(2)] int EndLayer);
