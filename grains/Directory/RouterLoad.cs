using Orleans.Concurrency;

namespace OrleansInference.Grains.Directory;

/// <summary>The part of a router's summary that changes all the time and that sessions go by which choose a pipeline.</summary>
/// <param name="Pipeline">Which router.</param>
/// <param name="Sessions">With sequences under way.</param>
[GenerateSerializer, Immutable, Alias("inference.router-load")]
public sealed record RouterLoad([property: Id(0)] int Pipeline, [property: Id(1)] int Sessions);
