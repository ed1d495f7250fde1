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
