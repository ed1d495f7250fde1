using System.Text.Json.Serialization;
using OrleansInference.Compute.Measurement;

namespace OrleansInference.Bench.Cluster;

/// <summary>What two stages give in two processes, beside the same two in one.</summary>
/// <param name="Streams">Streams of clients at the same time.</param>
/// <param name="TwoProcesses">Tokens a second of all streams, in each round.</param>
/// <param name="OneProcess">The same in one process, measured in turn.</param>
internal sealed record ClusterFigures(int Streams, double[] TwoProcesses, double[] OneProcess)
{
    /// <summary>Of the medians.</summary>
    public double Share => Math.Round(Median.Of(TwoProcesses) / Median.Of(OneProcess), 4);
}

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

/// <summary>What sessions cost that nothing happens in.</summary>
/// <param name="Sessions">Conversations of so many.</param>
/// <param name="GrainBytes">Of each, idle: its grain.</param>
/// <param name="MachineBytes">Of each, for the seconds after its last token: its tokens and what goes with them.</param>
/// <param name="RatesBefore">Tokens a second of a stream before there were any, in each round.</param>
/// <param name="RatesBeside">The same beside them.</param>
internal sealed record SessionFigures(int Sessions, long GrainBytes, long MachineBytes, double[] RatesBefore, double[] RatesBeside);

/// <summary>What it costs to have the tokens of growing sessions durable.</summary>
/// <param name="Sessions">That grow at the same time.</param>
/// <param name="Tokens">Of each one's answer.</param>
/// <param name="TokensPerSecond">Of all of them together, that PostgreSQL takes, in each round.</param>
/// <param name="LogBytesPerToken">That its write-ahead log grows by, in each round.</param>
internal sealed record StorageFigures(int Sessions, int Tokens, double[] TokensPerSecond, double[] LogBytesPerToken);

/// <summary>What it costs that the nodes of a cluster know each other.</summary>
/// <param name="Nodes">How many.</param>
/// <param name="Fleet">steady: all nodes compute, none changes otherwise; changing: in addition some do, each second.</param>
/// <param name="AnnouncementsPerSecond">That were answered, of all nodes together.</param>
/// <param name="BytesPerSecond">Of the messages between the directory and all nodes and the router, both ways, as Orleans sends them, and of news that nodes pass on to others.</param>
/// <param name="DirectoryCores">The processor time of the directory's process, in cores.</param>
/// <param name="JoinDelayP50">Milliseconds until a node knows of another one that joined, the directory's reply to that one being the beginning; the median. Null where none joined.</param>
/// <param name="JoinDelayP99">The same, for 99 of 100.</param>
internal sealed record DirectoryFigures(int Nodes, string Fleet, double AnnouncementsPerSecond, double BytesPerSecond, double DirectoryCores, double? JoinDelayP50, double? JoinDelayP99);
