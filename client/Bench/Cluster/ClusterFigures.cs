using System.Text.Json.Serialization;
using OrleansInference.Compute.Measurement;

namespace OrleansInference.Bench.Cluster;

/// <summary>Throughput of two stages in two processes, and of the same two stages in one.</summary>
/// <param name="Streams">Number of concurrent streams.</param>
/// <param name="TwoProcesses">Tokens a second of all streams, in each round.</param>
/// <param name="OneProcess">The same in one process, measured alternately.</param>
internal sealed record ClusterFigures(int Streams, double[] TwoProcesses, double[] OneProcess)
{
    /// <summary>Ratio of the medians.</summary>
    public double Share => Math.Round(Median.Of(TwoProcesses) / Median.Of(OneProcess), 4);
}

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

/// <summary>Costs of idle sessions.</summary>
/// <param name="Sessions">Number of sessions.</param>
/// <param name="GrainBytes">Bytes of the grain of each idle session.</param>
/// <param name="MachineBytes">Bytes of the actor of each session in the seconds after its last token: its tokens and related state.</param>
/// <param name="RatesBefore">Tokens a second of a stream before there were sessions, in each round.</param>
/// <param name="RatesBeside">Tokens a second of a stream beside the sessions, in each round.</param>
internal sealed record SessionFigures(int Sessions, long GrainBytes, long MachineBytes, double[] RatesBefore, double[] RatesBeside);

/// <summary>Costs of storing the tokens of growing sessions.</summary>
/// <param name="Sessions">Number of sessions that grow at the same time.</param>
/// <param name="Tokens">Number of tokens of each answer.</param>
/// <param name="TokensPerSecond">Tokens a second of all sessions together that PostgreSQL stores, in each round.</param>
/// <param name="LogBytesPerToken">Growth of PostgreSQL's write-ahead log for each token, in bytes, in each round.</param>
internal sealed record StorageFigures(int Sessions, int Tokens, double[] TokensPerSecond, double[] LogBytesPerToken);

/// <summary>Costs of the directory of a cluster.</summary>
/// <param name="Nodes">How many.</param>
/// <param name="Fleet">steady: all nodes compute, and nothing else changes; changing: in addition some nodes change each second.</param>
/// <param name="AnnouncementsPerSecond">Answered announcements a second, of all nodes together.</param>
/// <param name="BytesPerSecond">Of the messages between the directory and all nodes and the router, both ways, as Orleans sends them, and of the updates that nodes forward.</param>
/// <param name="DirectoryCores">Processor time of the directory's process, in cores.</param>
/// <param name="JoinDelayP50">Milliseconds until a node knows of another one that joined, the directory's reply to that one being the beginning; the median. Null where none joined.</param>
/// <param name="JoinDelayP99">The same, for 99 of 100.</param>
internal sealed record DirectoryFigures(int Nodes, string Fleet, double AnnouncementsPerSecond, double BytesPerSecond, double DirectoryCores, double? JoinDelayP50, double? JoinDelayP99);
