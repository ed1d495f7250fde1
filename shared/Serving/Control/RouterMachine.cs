using OrleansInference.Models;
using OrleansInference.Serving.Routing;

namespace OrleansInference.Serving.Control;

/// <summary>
/// The router as one machine over messages: sessions hand in what they want generated and get tokens; <see cref="PipelineControl"/> carries the steps. It
/// keeps nothing durable: what is lost with it the sessions hand in again.
/// </summary>
internal sealed class RouterMachine(Router router, PipelineControl control, Func<GenerationRequest, StopConditions> stops, IControlPort port, TimeSpan repeatAfter)
{
    /// <summary>A session that wants something says so several times a second: one that has been silent for this long went to another pipeline, or ended without a word.</summary>
    private static readonly TimeSpan ForgetAfter = TimeSpan.FromSeconds(30);

    private readonly SortedDictionary<int, RoutedSession> _sessions = [];
    private readonly SortedDictionary<int, SubmitSequences> _early = []; // came before the plan that was in force was read

    public Router Router => router;

    public PipelineControl Control => control;

    /// <summary>Sessions under way.</summary>
    public IReadOnlyDictionary<int, RoutedSession> Sessions => _sessions;

    /// <inheritdoc cref="PipelineControl.Receive"/>
    public void Receive(ControlMessage message, TimeSpan now, TimeSpan? arrived = null)
    {
        if (control.Phase == ControlPhase.Stopped)
        {
            return;
        }

        switch (message)
        {
            case SubmitSequences submit: Submit(submit, now); break;
            case TokensCommitted committed: Committed(committed, now); break;
            case CancelSequences cancel: Cancel(cancel.Session); break;
            default: control.Receive(message, now, arrived); break;
        }

        if (control.Phase != ControlPhase.Reading && _early.Count > 0)
        {
            SubmitSequences[] early = [.. _early.Values];
            _early.Clear();
            Array.ForEach(early, submit => Submit(submit, now));
        }

        control.Pump();
        Send(now);
    }

    public void Tick(TimeSpan now)
    {
        control.Tick(now);
        List<int>? done = null;
        foreach (RoutedSession session in _sessions.Values)
        {
            // Its last step may have come back after all that the session had to say.
            if (session.Done || now - session.Heard > ForgetAfter)
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
            router.Cancel(session.Request!);
        }
    }

    private void Submit(SubmitSequences submit, TimeSpan now)
    {
        if (_sessions.TryGetValue(submit.Session, out RoutedSession? session) && session.Misses(submit.Committed))
        {
            _sessions.Remove(submit.Session);
            router.Cancel(session.Request!);
            session = null;
        }

        if (session is not null)
        {
            session.Heard = now;
            session.Rewind(submit.Committed);
            for (int choice = 0; choice < submit.Committed.Length; choice++)
            {
                End(session, choice, submit.Committed[choice].Finish);
            }

            return;
        }

        if (control.Phase == ControlPhase.Reading)
        {
            _early[submit.Session] = submit;
            return;
        }

        session = new RoutedSession(submit.Session, control.Self, submit.Request, submit.Committed) { Heard = now };
        try
        {
            session.Request = router.Resume(submit.Request, stops(submit.Request), session, submit.Committed);
            _sessions.Add(submit.Session, session);
        }
        catch (InferenceException error)
        {
            // What has begun is not given up for lack of room: the session asks again.
            if (error.Code == ErrorCode.Overloaded ? submit.First : error.Code != ErrorCode.Unavailable)
            {
                Refuse(session, error);
            }
        }
    }

    /// <summary>Says it once: a session that asks again is told again.</summary>
    private void Refuse(RoutedSession session, InferenceException error)
    {
        session.Complete(error);
        session.Send(port, default);
    }

    private void Committed(TokensCommitted committed, TimeSpan now)
    {
        if (_sessions.TryGetValue(committed.Session, out RoutedSession? session))
        {
            session.Heard = now;
            session.Committed(committed.Choice, committed.Count);
            End(session, committed.Choice, committed.Finish);
            if (session.Done)
            {
                _sessions.Remove(committed.Session);
            }
        }
    }

    /// <summary>What the session has ended is not generated further.</summary>
    private void End(RoutedSession session, int choice, FinishReason finish)
    {
        if (finish != FinishReason.None && session.EndCommitted(choice, finish))
        {
            router.Stop(session.Request!, choice);
        }
    }

    private void Cancel(int number)
    {
        _early.Remove(number);
        if (_sessions.Remove(number, out RoutedSession? session))
        {
            router.Cancel(session.Request!);
        }

        port.Send(Address.Session(number), new SequencesCancelled(number, control.Self));
    }

    private void Send(TimeSpan now)
    {
        foreach (RoutedSession session in _sessions.Values)
        {
            session.Send(port, now);
        }
    }
}
