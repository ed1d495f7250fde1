using System.Diagnostics;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Router;
using OrleansInference.Engine.Scheduling;

namespace OrleansInference.Cluster.Hosting;

/// <summary>One activation of the router with its control of the pipeline, on the thread of its node's sessions.</summary>
public sealed class HostedRouter : HostedActor
{
    private static readonly TimeSpan IdleBeforeCheck = TimeSpan.FromSeconds(1);

    private readonly int _number;
    private readonly EngineCounters _counters;
    private readonly RouterActor _actor;
    private TimeSpan _worked; // time of its last work
    private long _checkedSteps;
    private readonly TaskCompletionSource<RouterHandover?> _left = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="number">Number of this activation; a later one has a higher number.</param>
    /// <param name="setup">Components and options of the router.</param>
    /// <param name="thread">Thread of the node's sessions.</param>
    public HostedRouter(int number, RouterSetup setup, SessionThread thread)
        : base(thread)
    {
        _number = number;
        Report = RouterReport.Empty with { Number = number };
        _counters = setup.Counters;
        _actor = setup.Create(number, this, static () => ActorThread.Now);
    }

    /// <summary>Pipeline of the router.</summary>
    public int Pipeline => RouterNumbers.PipelineOf(_number);

    /// <summary>State of the router, as last published.</summary>
    public RouterReport Report
    {
        get => Volatile.Read(ref field);
        private set => Volatile.Write(ref field, value);
    }

    /// <summary>Whether the router has left, or a later one has taken over. Thread-safe.</summary>
    public bool Ended => _left.Task.IsCompleted;

    /// <summary>Starts routing. Thread-safe.</summary>
    /// <param name="inherited">Handover of the previous router; null if it was lost.</param>
    /// <param name="prepared">First plan of the router, if it is already in force.</param>
    public void Begin(RouterHandover? inherited, PipelinePlan? prepared) => Post(() => _actor.Coordinator.Start(ActorThread.Now, inherited, prepared));

    /// <summary>Ends the router when no step is in flight and no plan is being changed, or shortly after without waiting for that. Thread-safe.</summary>
    /// <returns>The handover for the next router; null if pages are incomplete, or if a later router has taken over.</returns>
    public Task<RouterHandover?> LeaveAsync()
    {
        Post(() =>
        {
            _actor.Coordinator.Leave(ActorThread.Now);
            NoteEnd();
        });
        return _left.Task;
    }

    protected internal override void Receive(in OutboundMessage message, TimeSpan now, TimeSpan arrived)
    {
        long begun = Stopwatch.GetTimestamp();
        _actor.Receive(message.Message, now, arrived);
        NoteEnd();
        _counters.Figures.RouterTime += Stopwatch.GetElapsedTime(begun);
    }

    protected internal override void Tick(TimeSpan now)
    {
        long begun = Stopwatch.GetTimestamp();
        _actor.Tick(now);
        NoteEnd();
        _counters.Figures.RouterTime += Stopwatch.GetElapsedTime(begun);
        CheckWhenIdle(now);
        Report = RouterReport.Of(_number, _actor, _counters);
    }

    /// <summary>Checks the reference counts of pages once after work has ended: a defect there would give one sequence the pages of another.</summary>
    private void CheckWhenIdle(TimeSpan now)
    {
        if (_actor.Scheduler.HasWork)
        {
            _worked = now;
        }
        else if (_checkedSteps != _counters.Figures.Steps && now - _worked >= IdleBeforeCheck)
        {
            _checkedSteps = _counters.Figures.Steps;
            _actor.Scheduler.Pages.IntegrityCheck();
        }
    }

    private void NoteEnd()
    {
        if (_actor.Coordinator.Phase == PlanPhase.Stopped)
        {
            _left.TrySetResult(_actor.Coordinator.Handover);
        }
    }
}
