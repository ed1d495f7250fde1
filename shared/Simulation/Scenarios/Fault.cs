using System.Globalization;

namespace OrleansInference.Simulation.Scenarios;

/// <summary>What can go wrong, or just change.</summary>
internal enum FaultKind
{
    /// <summary>A device loses its memory and comes back in another life.</summary>
    CrashDevice,

    /// <summary>A device goes and comes back again and again.</summary>
    Flap,

    /// <summary>A device takes longer for everything, by <see cref="Fault.Amount"/>.</summary>
    SlowDevice,

    /// <summary>A device announces that it stops; it comes back later.</summary>
    Drain,

    /// <summary>A device that was not there joins.</summary>
    Join,

    /// <summary>The router is lost and is activated elsewhere.</summary>
    CrashRouter,

    /// <summary>The router is taken for lost and is activated elsewhere, while it still works.</summary>
    DoubleRouter,

    /// <summary>A host of sessions is lost.</summary>
    CrashSessions,

    /// <summary>A gateway is lost.</summary>
    CrashGateway,

    /// <summary>A node is parted from all others.</summary>
    Partition,

    /// <summary>Messages are lost, with probability <see cref="Fault.Amount"/>.</summary>
    Loss,

    /// <summary>Messages come twice, with probability <see cref="Fault.Amount"/>.</summary>
    Duplication,

    /// <summary>Messages are late by up to <see cref="Fault.Amount"/> seconds, and overtake each other.</summary>
    Delay,

    /// <summary>A client loses its connection and comes back through another gateway.</summary>
    Reconnect,

    /// <summary>A client goes away for good.</summary>
    Cancel,

    /// <summary>One link carries nothing: <see cref="Fault.Target"/> is from · nodes + to; with an amount of 1 the way back is cut too.</summary>
    CutLink,

    /// <summary>A device has room for <see cref="Fault.Amount"/> layers, whatever it announces; those that it has stay.</summary>
    OutOfMemory,

    /// <summary>The router leaves and is activated elsewhere; with an amount of 1 what it hands over is lost on the way.</summary>
    MoveRouter,

    /// <summary>The directory is activated anew; with an amount of 1 the one before goes on for a while.</summary>
    CrashDirectory,

    /// <summary>A process gets no processor: all that is to happen to it happens at the end. <see cref="Fault.Target"/> as in <see cref="Cluster.World.Starve"/>.</summary>
    Starve,

    /// <summary>Durable storage stands still; writes that were on their way are carried out when it goes on, in any order, also those of processes that are gone.</summary>
    FreezeStore,

    /// <summary>Some messages are so late that many sent after them overtake them, with probability <see cref="Fault.Amount"/>.</summary>
    Stragglers,

    /// <summary>From its start on, the first migration that comes to the point <see cref="Fault.Amount"/>, see <see cref="Cluster.MigrationPoint"/>, loses its router (<see cref="Fault.Target"/> 0) or a device of it.</summary>
    CrashInMigration,

    /// <summary>On a device, the contents of a cached page change in one layer.</summary>
    SpoilPage,
}

/// <summary>One thing that goes wrong.</summary>
/// <param name="Kind">What.</param>
/// <param name="Start">When.</param>
/// <param name="Duration">For how long.</param>
/// <param name="Target">Which device, host, gateway, node or client.</param>
/// <param name="Amount">How much.</param>
internal sealed record Fault(FaultKind Kind, TimeSpan Start, TimeSpan Duration, int Target, double Amount)
{
    public TimeSpan End => Start + Duration;

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Kind} {Target} from {Start.TotalMilliseconds:0} to {End.TotalMilliseconds:0} ms{(Amount == 0 ? "" : $", {Amount:0.00}")}");
}
