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
