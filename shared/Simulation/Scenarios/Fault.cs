using System.Globalization;

namespace OrleansInference.Simulation.Scenarios;

/// <summary>Kind of a fault or change.</summary>
internal enum FaultKind
{
    /// <summary>A device loses its memory and returns in another life.</summary>
    CrashDevice,

    /// <summary>A device leaves and returns repeatedly.</summary>
    Flap,

    /// <summary>A device is slower by the factor <see cref="Fault.Amount"/>.</summary>
    SlowDevice,

    /// <summary>A device announces that it stops; it returns later.</summary>
    Drain,

    /// <summary>A new device joins.</summary>
    Join,

    /// <summary>The router is lost and is activated elsewhere.</summary>
    CrashRouter,

    /// <summary>The router is considered lost and is activated elsewhere while it still works.</summary>
    DoubleRouter,

    /// <summary>A host of sessions is lost.</summary>
    CrashSessions,

    /// <summary>A gateway is lost.</summary>
    CrashGateway,

    /// <summary>A node is isolated from all others.</summary>
    Partition,

    /// <summary>Messages are lost, with probability <see cref="Fault.Amount"/>.</summary>
    Loss,

    /// <summary>Messages arrive twice, with probability <see cref="Fault.Amount"/>.</summary>
    Duplication,

    /// <summary>Messages are late by up to <see cref="Fault.Amount"/> seconds, and overtake each other.</summary>
    Delay,

    /// <summary>A client loses its connection and resumes through another gateway.</summary>
    Reconnect,

    /// <summary>A client disconnects permanently.</summary>
    Cancel,

    /// <summary>One link carries nothing: <see cref="Fault.Target"/> is from · nodes + to; with an amount of 1 the opposite link is also cut.</summary>
    CutLink,

    /// <summary>A device has room for <see cref="Fault.Amount"/> layers, regardless of its announcement; layers that it has stay.</summary>
    OutOfMemory,

    /// <summary>The router leaves and is activated elsewhere; with an amount of 1 its handover is lost.</summary>
    MoveRouter,

    /// <summary>The directory is activated again; with an amount of 1 the previous one continues for a while.</summary>
    CrashDirectory,

    /// <summary>A process gets no processor: all its events wait until the end. <see cref="Fault.Target"/> as in <see cref="Cluster.World.Starve"/>.</summary>
    Starve,

    /// <summary>Durable storage stands still. Pending writes are executed when it resumes, in any order, including those of processes that are gone.</summary>
    FreezeStore,

    /// <summary>Some messages are so late that many later ones overtake them, with probability <see cref="Fault.Amount"/>.</summary>
    Stragglers,

    /// <summary>
    /// The first migration after the start that reaches the point <see cref="Fault.Amount"/>, see <see cref="Cluster.MigrationPoint"/>, loses its router (<see
    /// cref="Fault.Target"/> 0) or one of its devices.
    /// </summary>
    CrashInMigration,

    /// <summary>The contents of a cached page of a device change in one layer.</summary>
    CorruptPage,
}

/// <summary>Fault of a scenario.</summary>
/// <param name="Kind">Kind of the fault.</param>
/// <param name="Start">Time of its start.</param>
/// <param name="Duration">Duration.</param>
/// <param name="Target">Number of the device, host, gateway, node or client.</param>
/// <param name="Amount">Amount, depending on the kind.</param>
internal sealed record Fault(FaultKind Kind, TimeSpan Start, TimeSpan Duration, int Target, double Amount)
{
    public TimeSpan End => Start + Duration;

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Kind} {Target} from {Start.TotalMilliseconds:0} to {End.TotalMilliseconds:0} ms{(Amount == 0 ? "" : $", {Amount:0.00}")}");
}

/// <summary>Points at which a live migration waits for another part: a crash may happen at each of them.</summary>
internal enum MigrationPoint
{
    None,
    LoadSent,
    Loaded,
    CopySent,
    Copied,
    PlanSent,
    PlanSaved,
    FreezeSent,
    Frozen,
    JoinSent,
    Joined,
}

internal static class MigrationPoints
{
    /// <summary>The last point.</summary>
    public const int Last = (int)MigrationPoint.Joined;

    /// <summary>Returns the point that a router reaches by sending or receiving a message.</summary>
    public static MigrationPoint Of(ControlMessage message, PlanPhase phase) => message switch
    {
        LoadLayers => MigrationPoint.LoadSent,
        LayersLoaded => MigrationPoint.Loaded,
        CopyPages => MigrationPoint.CopySent,
        PagesCopied { Final: false } => MigrationPoint.Copied,
        SavePlan when phase == PlanPhase.Serving => MigrationPoint.PlanSent,
        PlanSaved when phase is PlanPhase.Boundary or PlanPhase.Moving => MigrationPoint.PlanSaved,
        FreezePages => MigrationPoint.FreezeSent,
        PagesCopied => MigrationPoint.Frozen,
        JoinPlan join when join.Base == join.Plan.Epoch => MigrationPoint.JoinSent,
        Joined { HoldsBase: true } => MigrationPoint.Joined,
        _ => MigrationPoint.None,
    };
}
