using System.Diagnostics;
using OrleansInference.Cli.Cluster;

namespace OrleansInference.Bench.Chaos;

/// <summary>Sends SIGTERM: the node hands over and ends, its supervisor restarts it, and it joins the plan again.</summary>
internal sealed class DrainDisturbance : IDisturbance
{
    public async Task<DisturbedNode> RunAsync(NodeStatus victim, ClusterWatch watch, CancellationToken cancellationToken)
    {
        using Process process = Process.GetProcessById(victim.Process);
        long begun = Stopwatch.GetTimestamp();
        await ProcessSignals.SendAsync(victim.Process, "TERM");
        await process.WaitForExitAsync(cancellationToken);
        long left = Stopwatch.GetTimestamp();
        await watch.UntilWholeAsync(victim.Process, cancellationToken);
        return new DisturbedNode(begun, left, Stopwatch.GetTimestamp(), Replaced: true);
    }
}
