using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Engine.Requests;
using OrleansInference.Engine.Scheduling;
using OrleansInference.Models;

namespace OrleansInference.Cluster.Router;

/// <summary>
/// The router as a state machine over messages. Sessions submit sequences and receive tokens; <see cref="PlanCoordinator"/> runs the steps. The router keeps no durable state: after its
/// loss the sessions submit their sequences again.
/// </summary>
public sealed class RouterActor(Scheduler scheduler, PlanCoordinator coordinator, Func<GenerationRequest, StopConditions> stops, IControlPort port, TimeSpan repeatAfter)
{
    /// <summary>
    /// Time without a message after which a session is forgotten. A session that waits for tokens submits itself several times a second, so a silent one has moved to another pipeline
    /// or ended without a message.
    /// </summary>
    private static readonly TimeSpan ForgetAfter = TimeSpan.FromSeconds(30);

    private readonly SortedList<int, RoutedSession> _sessions = []; // enumerated by index with every message, because an enumerator would be allocated
    private readonly SortedDictionary<int, SubmitSequences> _deferred = []; // arrived before the plan that was in force was read

    public Scheduler Scheduler => scheduler;

    public PlanCoordinator Coordinator => coordinator;

    /// <summary>Unfinished sessions, by number.</summary>
    public IReadOnlyDictionary<int, RoutedSession> Sessions => _sessions;

    /// <inheritdoc cref="PlanCoordinator.Receive"/>
    public void Receive(ControlMessage message, TimeSpan now, TimeSpan? arrived = null)
    {
        if (coordinator.Phase == PlanPhase.Stopped)
        {
            return;
        }

        switch (message)
        {
            case SubmitSequences submit: Submit(submit, now); break;
            case TokensCommitted committed: Committed(committed, now); break;
            case CancelSequences cancel: Cancel(cancel.Session); break;
            default: coordinator.Receive(message, now, arrived); break;
        }

        if (coordinator.Phase != PlanPhase.Reading && _deferred.Count > 0)
        {
            SubmitDeferred(now);
        }

        coordinator.Pump();
        Send(now);
    }

    public void Tick(TimeSpan now)
    {
        coordinator.Tick(now);
        List<int>? done = null;
        for (int i = 0; i < _sessions.Count; i++)
        {
            RoutedSession session = _sessions.GetValueAtIndex(i);

            // The last step may complete after the session's last message, so the end is checked here too.
            if (session.Done || now - session.LastSeen > ForgetAfter)
            {
                (done ??= []).Add(session.Number);
            }
            else if (now - session.Sent >= repeatAfter)
            {
                session.Repeat();
                session.Sent = now;
            }
        }

        done?.ForEach(Forget);
        Send(now);
    }

    private void Forget(int number)
    {
        _sessions.Remove(number, out RoutedSession? session);
        if (!session!.Done)
        {
            scheduler.Cancel(session.Request!);
        }
    }

    private void SubmitDeferred(TimeSpan now)
    {
        SubmitSequences[] deferred = [.. _deferred.Values];
        _deferred.Clear();
        foreach (SubmitSequences submit in deferred)
        {
            Submit(submit, now);
        }
    }

    private void Submit(SubmitSequences submit, TimeSpan now)
    {
        if (_sessions.TryGetValue(submit.Session, out RoutedSession? session) && session.Misses(submit.Committed))
        {
            _sessions.Remove(submit.Session);
            scheduler.Cancel(session.Request!);
            session = null;
        }

        if (session is not null)
        {
            session.LastSeen = now;
            session.Rewind(submit.Committed);
            for (int choice = 0; choice < submit.Committed.Length; choice++)
            {
                End(session, choice, submit.Committed[choice].Finish);
            }

            return;
        }

        if (coordinator.Phase == PlanPhase.Reading)
        {
            _deferred[submit.Session] = submit;
            return;
        }

        session = new RoutedSession(submit.Session, coordinator.Self, submit.Request, submit.Committed) { LastSeen = now };
        try
        {
            session.Request = scheduler.Resume(submit.Request, stops(submit.Request), session, submit.Committed);
            _sessions.Add(submit.Session, session);
        }
        catch (InferenceException error)
        {
            // A sequence that has started is not refused for lack of room: its session submits it again.
            if (error.Code == ErrorCode.Overloaded ? submit.First : error.Code != ErrorCode.Unavailable)
            {
                Refuse(session, error);
            }
        }
    }

    /// <summary>Answers with an error, once per submission. The session is not kept: another submission is answered anew.</summary>
    private void Refuse(RoutedSession session, InferenceException error)
    {
        session.Complete(error);
        session.Send(port, default);
    }

    private void Committed(TokensCommitted committed, TimeSpan now)
    {
        if (_sessions.TryGetValue(committed.Session, out RoutedSession? session))
        {
            session.LastSeen = now;
            session.Committed(committed.Choice, committed.Count);
            End(session, committed.Choice, committed.Finish);
            if (session.Done)
            {
                _sessions.Remove(committed.Session);
            }
        }
    }

    /// <summary>Stops the generation of a choice that the session has ended.</summary>
    private void End(RoutedSession session, int choice, FinishReason finish)
    {
        if (finish != FinishReason.None && session.EndCommitted(choice, finish))
        {
            scheduler.Stop(session.Request!, choice);
        }
    }

    private void Cancel(int number)
    {
        _deferred.Remove(number);
        if (_sessions.Remove(number, out RoutedSession? session))
        {
            scheduler.Cancel(session.Request!);
        }

        port.Send(Address.Session(number), new SequencesCancelled(number, coordinator.Self));
    }

    private void Send(TimeSpan now)
    {
        for (int i = 0; i < _sessions.Count; i++)
        {
            _sessions.GetValueAtIndex(i).Send(port, now);
        }
    }
}
