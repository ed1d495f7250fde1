using System.Diagnostics;
using OrleansInference.Cli.Cluster;

namespace OrleansInference.Bench.Chaos;

/// <summary>SIGSTOP, and SIGCONT after a while. A node that was declared dead meanwhile ends itself when it wakes up, and is started again; another goes on.</summary>
/// <param name="frozen">For how long.</param>
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

        // Either process may be the node's in the end. Until then the other nodes do not count one that was declared dead, whatever it says of itself.
        ClusterStatus whole = await watch.UntilWholeAsync(0, cancellationToken);
        return new DisturbedNode(begun, null, Stopwatch.GetTimestamp(), whole.Find(victim.Name)?.Process != victim.Process);
    }
}
