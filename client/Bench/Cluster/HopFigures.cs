using System.Text.Json.Serialization;

namespace OrleansInference.Bench.Cluster;

/// <summary>Time of hidden states from a thread of one node's process to a thread of another's.</summary>
/// <param name="Bytes">Bytes of the hidden states of a step.</param>
/// <param name="PauseMs">Pause between two round trips; after a pause all threads of both processes sleep.</param>
/// <param name="Hops">Number of measured hops.</param>
/// <param name="P50">Median of half a round trip, in microseconds.</param>
/// <param name="P99">99th percentile of half a round trip, in microseconds.</param>
/// <param name="AllocatedBytes">Bytes that one process allocates for a hop to it and one from it.</param>
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
