namespace OrleansInference.Bench.Cluster;

/// <summary>What it costs that the nodes of a cluster know each other.</summary>
/// <param name="Nodes">How many.</param>
/// <param name="Fleet">steady: all nodes compute, none changes otherwise; changing: in addition some do, each second.</param>
/// <param name="AnnouncementsPerSecond">That were answered, of all nodes together.</param>
/// <param name="BytesPerSecond">Of the messages between the directory and all nodes and the router, both ways, as Orleans sends them, and of news that nodes pass on to others.</param>
/// <param name="DirectoryCores">The processor time of the directory's process, in cores.</param>
/// <param name="JoinDelayP50">Milliseconds until a node knows of another one that joined, the directory's reply to that one being the beginning; the median. Null where none joined.</param>
/// <param name="JoinDelayP99">The same, for 99 of 100.</param>
internal sealed record DirectoryFigures(int Nodes, string Fleet, double AnnouncementsPerSecond, double BytesPerSecond, double DirectoryCores, double? JoinDelayP50, double? JoinDelayP99);
