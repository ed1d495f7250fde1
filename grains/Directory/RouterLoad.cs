using Orleans.Concurrency;

namespace OrleansInference.Grains.Directory;

/// <summary>Part of a router's status that changes constantly and that sessions use to choose a pipeline.</summary>
/// <param name="Pipeline">Pipeline of the router.</param>
/// <param name="Sessions">Sessions with active sequences.</param>
[GenerateSerializer, Immutable, Alias("inference.router-load")]
public sealed record RouterLoad([property: Id(0)] int Pipeline, [property: Id(1)] int Sessions);
