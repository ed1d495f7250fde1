using System.Text.Json.Serialization;

namespace OrleansInference.Bench.Cluster;

/// <summary>How long hidden states take from a thread of one node's process to a thread of another's.</summary>
/// <param name="Bytes">Of the hidden states of a step.</param>
/// <param name="PauseMs">Between two round trips; after some, all threads of both processes sleep.</param>
/// <param name="Hops">How many were measured.</param>
/// <param name="P50">Microseconds, half a round trip.</param>
/// <param name="P99">Microseconds, half a round trip.</param>
/// <param name="AllocatedBytes">What one process allocates for a hop to it and one from it.</param>
internal sealed record HopFigures(int Bytes, int PauseMs, int Hops, double P50, double P99, long AllocatedBytes)
{
    /// <summary>link or call.</summary>
    public string Way { get; init; } = string.Empty;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(HopFigures))]
[JsonSerializable(typeof(ClusterFigures))]
[JsonSerializable(typeof(SessionFigures))]
[JsonSerializable(typeof(StorageFigures))]
[JsonSerializable(typeof(DirectoryFigures))]
internal sealed partial class BenchmarkJson : JsonSerializerContext;
