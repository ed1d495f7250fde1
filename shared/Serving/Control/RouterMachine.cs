using OrleansInference.Models;
using OrleansInference.Serving.Routing;

namespace OrleansInference.Serving.Control;

/// <summary>
/// The router as one machine over messages: sessions hand in what they want generated and get tokens; <see cref="PipelineControl"/> carries the steps. It
/// keeps nothing durable: what is lost with it the sessions hand in again.
/// </summary>
internal sealed class RouterMachine(Router router, PipelineControl control, Func<GenerationRequest, StopConditions> stops, IControlPort port, TimeSpan repeatAfter)
{
    private readonly SortedDictionary<int, RoutedSession> _sessions = [];

    public Router Router => router;

    public PipelineControl Control => control;

    /// <summary>Sessions under way.</summary>
    public IReadOnlyDictionary<int, RoutedSession> Sessions => _sessions;

    public void Receive(ControlMessage message, TimeSpan now)
    {
        if (control.Phase == ControlPhase.Stopped)
        {
            return;
        }

        switch (message)
        {
            case SubmitSequences submit: Submit(submit); break;
            case TokensCommitted committed: Committed(committed); break;
            case CancelSequences cancel: Cancel(cancel.Session); break;
            default: control.Receive(message, now); break;
        }

        control.Pump();
        Send(now);
    }

    public void Tick(TimeSpan now)
    {
        control.Tick(now);
        foreach (RoutedSession session in _sessions.Values)
        {
            if (now - session.Sent >= repeatAfter)
            {
                session.Repeat();
                session.Sent = now;
            }
        }

        Send(now);
    }

    private void Submit(SubmitSequences submit)
    {
        if (_sessions.TryGetValue(submit.Session, out RoutedSession? session))
        {
            session.Rewind(submit.Committed);
            return;
        }

        if (control.Phase == ControlPhase.Reading)
        {
            return;
        }

        session = new RoutedSession(submit.Session, submit.Committed);
        try
        {
            session.Request = router.Resume(submit.Request, stops(submit.Request), session, submit.Committed);
            _sessions.Add(submit.Session, session);
        }
        catch (InferenceException error) when (error.Code == ErrorCode.Overloaded)
        {
            // The session asks again.
        }
    }

    private void Committed(TokensCommitted committed)
    {
        if (_sessions.TryGetValue(committed.Session, out RoutedSession? session))
        {
            session.Committed(committed.Choice, committed.Count);
            if (session.Done)
            {
                _sessions.Remove(committed.Session);
            }
        }
    }

    private void Cancel(int number)
    {
        if (_sessions.Remove(number, out RoutedSession? session))
        {
            router.Cancel(session.Request!);
        }

        port.Send(Address.Session(number), new SequencesCancelled(number));
    }

    private void Send(TimeSpan now)
    {
        foreach (RoutedSession session in _sessions.Values)
        {
            session.Send(port, now);
        }
    }
}
