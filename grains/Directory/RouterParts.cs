using Orleans.Concurrency;

namespace OrleansInference.Grains.Directory;

/// <summary>A stage of the plan in force.</summary>
/// <param name="Device">Number of the device.</param>
/// <param name="FirstLayer">Its first layer.</param>
/// <param name="EndLayer">The layer after its last.</param>
[GenerateSerializer, Immutable, Alias("inference.stage")]
public sealed record StageSummary([property: Id(0)] int Device, [property: Id(1)] int FirstLayer, [property: Id(2)] int EndLayer);

/// <summary>Layers that a device had no room for.</summary>
/// <param name="Device">Its number.</param>
/// <param name="FirstLayer">The first of them.</param>
/// <param name="EndLayer">The layer after the last.</param>
/// <param name="Reason">What was wanted, and what there is.</param>
[GenerateSerializer, Immutable, Alias("inference.refusal")]
public sealed record RefusalSummary([property: Id(0)] int Device, [property: Id(1)] int FirstLayer, [property: Id(2)] int EndLayer, [property: Id(3)] string Reason);

/// <summary>The part of a router's summary that changes all the time and that sessions go by which choose a pipeline.</summary>
/// <param name="Pipeline">Which router.</param>
/// <param name="Sessions">With sequences under way.</param>
[GenerateSerializer, Immutable, Alias("inference.router-load")]
public sealed record RouterLoad([property: Id(0)] int Pipeline, [property: Id(1)] int Sessions);
