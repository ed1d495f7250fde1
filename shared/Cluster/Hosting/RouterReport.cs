using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Cluster.Router;
using OrleansInference.Engine.Requests;
using OrleansInference.Engine.Scheduling;

namespace OrleansInference.Cluster.Hosting;

/// <summary>What a router tells of itself.</summary>
/// <param name="Number">Which activation.</param>
/// <param name="Phase">Of its control.</param>
/// <param name="Plan">In force, or the last one.</param>
/// <param name="Sessions">Under way.</param>
/// <param name="Recoveries">Losses that ended with a plan in force.</param>
/// <param name="Migrations">Changes of the plan without a loss.</param>
/// <param name="Recovered">Sequences brought back, by <see cref="RecoveryStrategy"/>.</param>
/// <param name="Figures">What the engine counts.</param>
/// <param name="RecoveryTimes">Where the time of recoveries went.</param>
/// <param name="LoadsRefused">How often layers were refused for lack of memory.</param>
/// <param name="Shortage">Why there is no plan, as far as that is for lack of memory.</param>
/// <param name="InheritedPages">Pages with the contents that the router before left.</param>
/// <param name="VerifiedPages">Cached pages that were computed again and compared.</param>
/// <param name="UnprovenPages">Pages that were given up because a stage did not prove them.</param>
public sealed record RouterReport(
    int Number, PlanPhase Phase, PipelinePlan? Plan, int Sessions, long Recoveries, long Migrations, IReadOnlyList<long> Recovered, EngineFigures Figures,
    RecoveryTimes RecoveryTimes = default, long LoadsRefused = 0, string? Shortage = null, int InheritedPages = 0,
    long VerifiedPages = 0, long UnprovenPages = 0)
{
    public static readonly RouterReport Empty = new(0, PlanPhase.Reading, null, 0, 0, 0, [0, 0, 0], default);

    /// <summary>Devices that had no room for layers, each with its last refusal.</summary>
    public IReadOnlyList<LayersRefused> Refusals { get; init; } = [];

    /// <summary>Where the time of steps went.</summary>
    public StepTimes StepTimes { get; init; }

    /// <summary>Whether requests are served now; during a change of plans they wait.</summary>
    public bool Serves => Plan is not null && Phase >= PlanPhase.Serving && Phase != PlanPhase.Stopped;

    public static RouterReport Of(int number, RouterActor machine, EngineCounters counters)
    {
        PlanCoordinator control = machine.Coordinator;
        return new RouterReport(
            number, control.Phase, control.Plan, machine.Sessions.Count, control.Recoveries, control.Migrations, [.. control.Recovered], counters.Read(), control.RecoveryTimes,
            control.LoadsRefused, control.Shortage, control.InheritedPages, control.VerifiedPages, control.UnprovenPages)
        {
            Refusals = control.Refusals,
            StepTimes = control.StepTimes,
        };
    }
}
