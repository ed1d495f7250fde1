namespace OrleansInference.Bench.Cluster;

/// <summary>Settings of <c>bench cluster</c>.</summary>
/// <param name="Model">Folder of the checkpoint.</param>
/// <param name="Only">The part to measure alone; null for all.</param>
/// <param name="Streams">Numbers of streams, each measured separately.</param>
/// <param name="Generate">Tokens of each stream in a round.</param>
/// <param name="Rounds">Rounds of each measurement.</param>
/// <param name="Threads">Worker threads of each stage.</param>
/// <param name="Links">Whether the nodes have links, or grain calls alone.</param>
/// <param name="Sessions">Number of idle sessions.</param>
/// <param name="Nodes">Number of simulated nodes that announce themselves to the directory.</param>
internal sealed record ClusterBenchmarkSettings(
    string Model, string? Only, IReadOnlyList<int> Streams, int Generate, int Rounds, int Threads, bool Links, int Sessions, int Nodes);
