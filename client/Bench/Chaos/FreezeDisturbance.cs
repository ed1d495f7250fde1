using System.Diagnostics;
using OrleansInference.Cli.Cluster;

namespace OrleansInference.Bench.Chaos;

/// <summary>Sends SIGSTOP, and SIGCONT after a while. A node that was declared dead meanwhile ends itself when it continues, and is restarted; any other continues to serve.</summary>
/// <param name="frozen">Duration of the freeze.</param>
internal sealed class FreezeDisturbance(TimeSpan frozen) : IDisturbance
{
    public async Task<DisturbedNode> RunAsync(NodeStatus victim, ClusterWatch watch, CancellationToken cancellationToken)
    {
        long begun = Stopwatch.GetTimestamp();
        try
        {
            await ProcessSignals.SendAsync(victim.Process, "STOP");
            await Task.Delay(frozen, cancellationToken);
        }
        finally
        {
            await ProcessSignals.SendAsync(victim.Process, "CONT");
        }

        // Either process may be the node's in the end. Until then the other nodes do not count a node that was declared dead, whatever it reports about itself.
        ClusterStatus whole = await watch.UntilWholeAsync(0, cancellationToken);
        return new DisturbedNode(begun, null, Stopwatch.GetTimestamp(), whole.Find(victim.Name)?.Process != victim.Process);
    }
}
