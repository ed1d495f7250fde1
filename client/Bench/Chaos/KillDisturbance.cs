using System.Diagnostics;
using OrleansInference.Cli.Cluster;

namespace OrleansInference.Bench.Chaos;

/// <summary>Sends SIGKILL; the node's supervisor restarts it.</summary>
internal sealed class KillDisturbance : IDisturbance
{
    public async Task<DisturbedNode> RunAsync(NodeStatus victim, ClusterWatch watch, CancellationToken cancellationToken)
    {
        long begun = Stopwatch.GetTimestamp();
        using (Process process = Process.GetProcessById(victim.Process))
        {
            process.Kill();
        }

        await watch.UntilWholeAsync(victim.Process, cancellationToken);
        return new DisturbedNode(begun, null, Stopwatch.GetTimestamp(), Replaced: true);
    }
}
