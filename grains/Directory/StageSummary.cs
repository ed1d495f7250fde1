using Orleans.Concurrency;

namespace OrleansInference.Grains.Directory;

/// <summary>A stage of the plan in force.</summary>
/// <param name="Device">Number of the device.</param>
/// <param name="FirstLayer">First layer of the stage.</param>
/// <param name="EndLayer">Layer after the last of the stage.</param>
[GenerateSerializer, Immutable, Alias("inference.stage")]
public sealed record StageSummary([property: Id(0)] int Device, [property: Id(1)] int FirstLayer, [property: Id(2)] int EndLayer);
