using System.Diagnostics;
using System.Runtime.InteropServices;
using OrleansInference.Cli.Cluster;
using OrleansInference.Models;

namespace OrleansInference.Bench.Chaos;

/// <summary>One way of disturbing a node.</summary>
internal interface IDisturbance
{
    /// <summary>Disturbs a node, and returns when the cluster is whole again.</summary>
    /// <param name="victim">The node, of a cluster that is whole.</param>
    /// <param name="watch">Of its cluster.</param>
    /// <param name="cancellationToken">Ends the wait, and leaves no process behind that stands still.</param>
    /// <exception cref="InferenceException"><see cref="ErrorCode.Unavailable"/>: the cluster does not become whole again.</exception>
    Task<DisturbedNode> RunAsync(NodeStatus victim, ClusterWatch watch, CancellationToken cancellationToken);

    /// <param name="settings">Say which way.</param>
    static IDisturbance Of(ChaosSettings settings) => settings.By switch
    {
        DisturbanceKind.Freeze => new FreezeDisturbance(settings.Frozen),
        DisturbanceKind.Drain => new DrainDisturbance(),
        _ => new KillDisturbance(),
    };
}

/// <summary>What is done to nodes.</summary>
internal enum DisturbanceKind
{
    /// <summary>The process ends at once.</summary>
    Kill,

    /// <summary>The process stands still for a while, and wakes up.</summary>
    Freeze,

    /// <summary>The node is asked to hand over and end, and comes back.</summary>
    Drain,
}

/// <summary>What became of a node that was disturbed; moments are those of <see cref="Stopwatch"/>.</summary>
/// <param name="Begun">When it was disturbed.</param>
/// <param name="Left">When a node that was to hand over had ended; null where nothing was planned.</param>
/// <param name="Whole">When the cluster was whole again.</param>
/// <param name="Replaced">Whether the node came back as another process.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct DisturbedNode(long Begun, long? Left, long Whole, bool Replaced)
{
    /// <summary>In which lost pages were computed again because of it, on the device that had most of that to do.</summary>
    public double ReplayMilliseconds { get; init; }

    public double LeaveSeconds => Left is { } left ? Stopwatch.GetElapsedTime(Begun, left).TotalSeconds : 0;

    public double WholeSeconds => Stopwatch.GetElapsedTime(Begun, Whole).TotalSeconds;
}

/// <summary>SIGKILL; whoever watches over the node starts it again.</summary>
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

/// <summary>SIGTERM: the node hands over and ends, and whoever watches over it starts it again, so that it is taken into the plan once more.</summary>
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
