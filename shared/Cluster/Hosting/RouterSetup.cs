using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Router;
using OrleansInference.Engine.KvCache;
using OrleansInference.Engine.Requests;
using OrleansInference.Engine.Scheduling;

namespace OrleansInference.Cluster.Hosting;

/// <summary>Components and options of a router.</summary>
public sealed class RouterSetup
{
    private static readonly TimeSpan RepeatAfter = TimeSpan.FromMilliseconds(150);

    public required ServedModel Model { get; init; }

    public required ServingOptions Serving { get; init; }

    public required CoordinatorOptions Control { get; init; }

    public required IPlanSource Plans { get; init; }

    public required SchedulerLimits Limits { get; init; }

    public EngineCounters Counters { get; } = new();

    /// <summary>Receives the router's measurements; null if not needed.</summary>
    public EngineMetrics? Metrics { get; init; }

    /// <summary>Receives plans and losses; null if not needed.</summary>
    public IControlEvents? Events { get; init; }

    /// <summary>Clock for deadlines and step times.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Roots of the chains of pages.</summary>
    internal TenantRoots Roots => field ??= new TenantRoots(Model.Fingerprint);

    public RouterActor Create(int number, IControlPort port, Func<TimeSpan> clock)
    {
        AdmissionControl admission = new(Serving);
        Scheduler router = new(Serving, Limits, admission, Roots.Of, Counters, Time) { Observer = new RequestObserver(Metrics, RouterNumbers.PipelineOf(number), Time) };
        PlanCoordinator control = new(number, router, Plans, port, Control, clock, Roots) { Events = Events };
        return new RouterActor(router, control, request => new StopConditions(request, Model, Limits.Positions), port, RepeatAfter);
    }
}
