namespace OrleansInference.Bench.Cluster;

/// <summary>What it costs that the nodes of a cluster know each other.</summary>
/// <param name="Nodes">How many.</param>
/// <param name="Fleet">steady: all nodes compute, none changes otherwise; changing: in addition some do, each second.</param>
/// <param name="AnnouncementsPerSecond">That were answered, of all nodes together.</param>
/// <param name="BytesPerSecond">Of the messages between the directory and all nodes and the router, both ways, as Orleans sends them.</param>
/// <param name="DirectoryCores">The processor time of the directory's process, in cores.</param>
internal sealed record DirectoryFigures(int Nodes, string Fleet, double AnnouncementsPerSecond, double BytesPerSecond, double DirectoryCores);
