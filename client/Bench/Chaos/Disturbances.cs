using System.Runtime.InteropServices;
using OrleansInference.Cli.Cluster;

namespace OrleansInference.Bench.Chaos;

/// <summary>Kind of a disturbance of a node.</summary>
internal enum DisturbanceKind
{
    /// <summary>Ends the process immediately.</summary>
    Kill,

    /// <summary>Stops the process for a while, and continues it.</summary>
    Freeze,

    /// <summary>Asks the node to hand over and end; the node then restarts.</summary>
    Drain,
}

/// <summary>Course of one disturbance of a node; times are timestamps of <see cref="Stopwatch"/>.</summary>
/// <param name="Begun">Time of the disturbance.</param>
/// <param name="Left">Time at which a draining node had ended; null for other disturbances.</param>
/// <param name="Whole">Time at which the cluster was whole again.</param>
/// <param name="Replaced">Whether another process replaced the node's.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct DisturbedNode(long Begun, long? Left, long Whole, bool Replaced)
{
    /// <summary>Milliseconds in which lost pages were recomputed because of it, on the device with the largest share.</summary>
    public double ReplayMilliseconds { get; init; }

    public double LeaveSeconds => Left is { } left ? Stopwatch.GetElapsedTime(Begun, left).TotalSeconds : 0;

    public double WholeSeconds => Stopwatch.GetElapsedTime(Begun, Whole).TotalSeconds;
}

/// <summary>Disturbs nodes. Each disturbance returns when the cluster is whole again.</summary>
internal static class Disturbances
{
    /// <summary>Disturbs a node.</summary>
    /// <param name="settings">Settings with the kind.</param>
    /// <param name="victim">Node of a cluster that is whole.</param>
    /// <param name="watch">Monitor of the cluster.</param>
    /// <param name="cancellationToken">Cancels the wait. No process remains stopped.</param>
    /// <exception cref="InferenceException"><see cref="ErrorCode.Unavailable"/>: the cluster does not become whole again in time.</exception>
    public static Task<DisturbedNode> RunAsync(ChaosSettings settings, NodeStatus victim, ClusterWatch watch, CancellationToken cancellationToken) => settings.By switch
    {
        DisturbanceKind.Freeze => FreezeAsync(victim, settings.Frozen, watch, cancellationToken),
        DisturbanceKind.Drain => DrainAsync(victim, watch, cancellationToken),
        _ => KillAsync(victim, watch, cancellationToken),
    };

    /// <summary>Sends SIGKILL; the node's supervisor restarts it.</summary>
    private static async Task<DisturbedNode> KillAsync(NodeStatus victim, ClusterWatch watch, CancellationToken cancellationToken)
    {
        long begun = Stopwatch.GetTimestamp();
        using (Process process = Process.GetProcessById(victim.Process))
        {
            process.Kill();
        }

        await watch.UntilWholeAsync(victim.Process, cancellationToken);
        return new DisturbedNode(begun, null, Stopwatch.GetTimestamp(), Replaced: true);
    }

    /// <summary>Sends SIGSTOP, and SIGCONT after a while. A node that was declared dead meanwhile ends itself when it continues, and is restarted; any other continues to serve.</summary>
    private static async Task<DisturbedNode> FreezeAsync(NodeStatus victim, TimeSpan frozen, ClusterWatch watch, CancellationToken cancellationToken)
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

    /// <summary>Sends SIGTERM: the node hands over and ends, its supervisor restarts it, and it joins the plan again.</summary>
    private static async Task<DisturbedNode> DrainAsync(NodeStatus victim, ClusterWatch watch, CancellationToken cancellationToken)
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
