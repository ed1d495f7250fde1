namespace OrleansInference.Cluster.Planning;

/// <summary>A device's connection to other nodes.</summary>
/// <param name="Latency">One-way latency of a small message.</param>
/// <param name="Bandwidth">Bytes per second.</param>
public sealed record LinkDescription(TimeSpan Latency, double Bandwidth);
