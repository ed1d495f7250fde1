using Orleans.Concurrency;

namespace OrleansInference.Grains.Directory;

/// <summary>Layers that a device had no room for.</summary>
/// <param name="Device">Number of the device.</param>
/// <param name="FirstLayer">First of the layers.</param>
/// <param name="EndLayer">The layer after the last.</param>
/// <param name="Reason">Memory that the layers need, and memory that the device has.</param>
[GenerateSerializer, Immutable, Alias("inference.refusal")]
public sealed record RefusalSummary([property: Id(0)] int Device, [property: Id(1)] int FirstLayer, [property: Id(2)] int EndLayer, [property: Id(3)] string Reason);
