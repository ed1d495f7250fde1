using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Cluster.Router;
using OrleansInference.Engine.Requests;
using OrleansInference.Engine.Scheduling;

namespace OrleansInference.Cluster.Hosting;

/// <summary>State and counters of a router at one moment.</summary>
/// <param name="Number">Number of the activation.</param>
/// <param name="Phase">Phase of its coordinator.</param>
/// <param name="Plan">Plan in force, or the last one.</param>
/// <param name="Sessions">Number of active sessions.</param>
/// <param name="Recoveries">Losses that ended with a plan in force.</param>
/// <param name="Migrations">Changes of the plan without a loss.</param>
/// <param name="Recovered">Restored sequences, by <see cref="RecoveryStrategy"/>.</param>
/// <param name="Figures">Counters of the engine.</param>
/// <param name="RecoveryTimes">Time of recoveries by part.</param>
/// <param name="LoadsRefused">Number of loads refused for lack of memory.</param>
/// <param name="Shortage">Lack of memory that prevents a plan; null if none does.</param>
/// <param name="InheritedPages">Pages inherited from the previous router with their contents.</param>
/// <param name="VerifiedPages">Cached pages that were recomputed and compared.</param>
/// <param name="UnprovenPages">Pages dropped because a stage did not prove their contents.</param>
public sealed record RouterReport(
    int Number, PlanPhase Phase, PipelinePlan? Plan, int Sessions, long Recoveries, long Migrations, IReadOnlyList<long> Recovered, EngineFigures Figures,
    RecoveryTimes RecoveryTimes = default, long LoadsRefused = 0, string? Shortage = null, int InheritedPages = 0,
    long VerifiedPages = 0, long UnprovenPages = 0)
{
    public static readonly RouterReport Empty = new(0, PlanPhase.Reading, null, 0, 0, 0, [0, 0, 0], default);

    /// <summary>Devices that had no room for layers, each with its last refusal.</summary>
    public IReadOnlyList<LayersRefused> Refusals { get; init; } = [];

    /// <summary>Time of steps by part.</summary>
    public StepTimes StepTimes { get; init; }

    /// <summary>Whether requests are served now; during a change of plans they wait.</summary>
    public bool Serves => Plan is not null && Phase >= PlanPhase.Serving && Phase != PlanPhase.Stopped;

    public static RouterReport Of(int number, RouterActor router, EngineCounters counters)
    {
        PlanCoordinator coordinator = router.Coordinator;
        return new RouterReport(
            number, coordinator.Phase, coordinator.Plan, router.Sessions.Count, coordinator.Recoveries, coordinator.Migrations, [.. coordinator.Recovered], counters.Read(), coordinator.RecoveryTimes,
            coordinator.LoadsRefused, coordinator.Shortage, coordinator.InheritedPages, coordinator.VerifiedPages, coordinator.UnprovenPages)
        {
            Refusals = coordinator.Refusals,
            StepTimes = coordinator.StepTimes,
        };
    }
}
