using System.Diagnostics;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Router;
using OrleansInference.Engine.Scheduling;

namespace OrleansInference.Cluster.Hosting;

/// <summary>One activation of the router with its control of the pipeline, on a thread of its own.</summary>
public sealed class RouterThread : ActorThread
{
    private static readonly TimeSpan IdleBeforeCheck = TimeSpan.FromSeconds(1);

    private readonly int _number;
    private readonly EngineCounters _counters;
    private readonly RouterActor _actor;
    private TimeSpan _worked; // when it last had work
    private long _checkedSteps;
    private readonly TaskCompletionSource<RouterHandover?> _left = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="number">Of this activation; a later one has a higher number.</param>
    /// <param name="setup">What the router is made of.</param>
    /// <param name="transport">The way out.</param>
    public RouterThread(int number, RouterSetup setup, IControlTransport transport)
        : base($"Router {number}", transport)
    {
        _number = number;
        Report = RouterReport.Empty with { Number = number };
        _counters = setup.Counters;
        _actor = setup.Create(number, this, static () => Now);
    }

    /// <summary>The pipeline that it routes.</summary>
    public int Pipeline => RouterNumbers.PipelineOf(_number);

    /// <summary>What is going on, as of a moment ago.</summary>
    public RouterReport Report
    {
        get => Volatile.Read(ref field);
        private set => Volatile.Write(ref field, value);
    }

    /// <summary>Whether it has left, or a later one has begun; from any thread.</summary>
    public bool Ended => _left.Task.IsCompleted;

    /// <summary>Begins to route; from any thread.</summary>
    /// <param name="inherited">From the router before; null where that was lost.</param>
    /// <param name="prepared">The router's first plan, where that is in force already.</param>
    public void Begin(RouterHandover? inherited, PipelinePlan? prepared) => Post(() => _actor.Coordinator.Start(Now, inherited, prepared));

    /// <summary>Ends when no step is under way and no plan is being changed, or soon without waiting for that; from any thread.</summary>
    /// <returns>For the next router; null when pages are not whole, or when a later router has begun.</returns>
    public Task<RouterHandover?> LeaveAsync()
    {
        Post(() =>
        {
            _actor.Coordinator.Leave(Now);
            NoteEnd();
        });
        return _left.Task;
    }

    protected override void Receive(in OutboundMessage message, TimeSpan now)
    {
        long begun = Stopwatch.GetTimestamp();
        _actor.Receive(message.Message, now, Arrived);
        NoteEnd();
        _counters.Figures.RouterTime += Stopwatch.GetElapsedTime(begun);
    }

    protected override void Tick(TimeSpan now)
    {
        long begun = Stopwatch.GetTimestamp();
        _actor.Tick(now);
        NoteEnd();
        _counters.Figures.RouterTime += Stopwatch.GetElapsedTime(begun);
        CheckWhenIdle(now);
        Report = RouterReport.Of(_number, _actor, _counters);
    }

    /// <summary>Checks the references to pages once after work has ended: a defect there would hand one sequence the pages of another.</summary>
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
