using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;

namespace OrleansInference.Simulation.Scenarios;

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
