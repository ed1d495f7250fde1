namespace OrleansInference.Bench.Cluster;

/// <summary>Costs of the directory of a cluster.</summary>
/// <param name="Nodes">Number of nodes.</param>
/// <param name="Fleet">steady: all nodes compute, and nothing else changes; changing: in addition some nodes change each second.</param>
/// <param name="AnnouncementsPerSecond">Answered announcements a second, of all nodes together.</param>
/// <param name="BytesPerSecond">Bytes a second of the messages between the directory and all nodes and the router, in both directions, as Orleans sends them.</param>
/// <param name="DirectoryCores">Processor time of the directory's process, in cores.</param>
internal sealed record DirectoryFigures(int Nodes, string Fleet, double AnnouncementsPerSecond, double BytesPerSecond, double DirectoryCores);
