using OrleansInference.Engine.KvCache;
using OrleansInference.Engine.Requests;

namespace OrleansInference.Engine.Scheduling;

/// <summary>The open requests, waiting or running. Adds, admits, expires and ends them.</summary>
internal sealed class OpenRequests(
    AdmissionControl admission, TenantTable tenants, Func<string, PageRoot> roots, RunningSequences running, PageAllocator pages, StepTimeModel stepTime, EngineCounters counters, TimeProvider time)
{
    private readonly List<RoutedRequest> _requests = [];
    private long _arrivals;
    private long _lastAdmission; // timestamp
    private long _nextDeadline = long.MaxValue; // no request expires before this timestamp

    /// <summary>Observer of the requests; null for none.</summary>
    public IRequestObserver? Observer { get; set; }

    public int Count => _requests.Count;

    /// <summary>Number of requests with a span.</summary>
    public int Traced { get; private set; }

    /// <summary>Returns the number of choices that have not ended.</summary>
    public int CountChoices()
    {
        int open = 0;
        foreach (RoutedRequest request in _requests)
        {
            open += request.Open;
        }

        return open;
    }

    /// <summary>Adds a request, and its first choice to the queue.</summary>
    /// <param name="request">The request, which has entered <see cref="AdmissionControl"/>.</param>
    /// <param name="stops">Conditions that end its choices.</param>
    /// <param name="sink">Receives its tokens.</param>
    /// <param name="arrived">Timestamp of its arrival.</param>
    /// <param name="committed">For each choice, the tokens that were generated before a loss.</param>
    public RoutedRequest Add(GenerationRequest request, StopConditions stops, IRequestSink sink, long arrived, ChoiceLog[] committed)
    {
        long deadline = request.Timeout is { } timeout ? arrived + (long)(timeout.TotalSeconds * time.TimestampFrequency) : long.MaxValue;
        RoutedRequest routed = new(request, sink, tenants.Enter(request), roots(request.PageGroup), stops, _arrivals++, arrived, deadline);
        routed.Resume(committed);
        _requests.Add(routed);
        _nextDeadline = Math.Min(_nextDeadline, deadline);
        routed.Tenant.Enqueue(routed.StartNextChoice()!);
        Observer?.OnSubmitted(routed);
        Traced += routed.Span is null ? 0 : 1;
        return routed;
    }

    /// <summary>Records that a sequence of a request leaves the queue for the steps.</summary>
    /// <param name="request">The request.</param>
    /// <param name="queried">Number of tokens that were looked up in the prefix cache.</param>
    /// <param name="cached">Number of tokens that were found.</param>
    /// <param name="now">The current time.</param>
    public void Admit(RoutedRequest request, int queried, int cached, long now)
    {
        if (!LeaveQueue(request))
        {
            return;
        }

        request.AdmittedAt = now;
        request.CachedPromptTokens = request.Sink.CachedPromptTokens = cached;
        counters.Figures.QueriedPromptTokens += queried;
        counters.Figures.CachedPromptTokens += cached;
        double seconds = time.GetElapsedTime(Math.Max(_lastAdmission, request.Arrived), now).TotalSeconds;
        admission.Admitted(seconds, stepTime.PromptToken(0));
        _lastAdmission = now;
    }

    /// <summary>Queues the choices that waited for the first one, after it has computed the prompt or has ended.</summary>
    public static void StartPendingChoices(RoutedRequest request)
    {
        while (request.PendingChoices > 0 && request.StartNextChoice() is { } sequence)
        {
            sequence.Tenant.Enqueue(sequence);
        }
    }

    /// <summary>Ends one choice. The end of the last choice ends the request.</summary>
    public void End(RoutedRequest request, int choice)
    {
        if (!request.End(choice))
        {
            return;
        }

        if (request.Open == 0)
        {
            Finish(request, null);
            return;
        }

        if (request.Sequence(choice) is { } sequence)
        {
            Release(sequence);
            StartPendingChoices(request);
        }
    }

    /// <summary>Ends a request with all its choices, if it has not ended.</summary>
    public void Finish(RoutedRequest request, Exception? error)
    {
        if (!_requests.Remove(request))
        {
            return;
        }

        for (int choice = 0; choice < request.Request.Choices; choice++)
        {
            request.End(choice);
            if (request.Sequence(choice) is { } sequence)
            {
                Release(sequence);
            }
        }

        LeaveQueue(request);
        tenants.Leave(request.Tenant, time.GetTimestamp());
        request.Sink.Complete(error);
        Traced -= request.Span is null ? 0 : 1;
        Observer?.OnEnded(request, error);
    }

    /// <summary>Ends the requests whose deadline has passed.</summary>
    public void EndExpired(long now)
    {
        if (now < _nextDeadline)
        {
            return;
        }

        _nextDeadline = long.MaxValue;
        for (int i = _requests.Count - 1; i >= 0; i--)
        {
            RoutedRequest request = _requests[i];
            if (request.Deadline <= now)
            {
                Finish(request, null);
            }
            else
            {
                _nextDeadline = Math.Min(_nextDeadline, request.Deadline);
            }
        }
    }

    /// <summary>Removes an ended sequence from the queue or the steps. A sequence in flight stays until its steps complete, because stages write its pages until then.</summary>
    public void Release(Sequence sequence)
    {
        if (sequence.InFlight)
        {
            return;
        }

        if (!sequence.Tenant.Dequeue(sequence))
        {
            running.Remove(sequence);
        }

        pages.Release(sequence.Pages);
    }

    /// <returns>Whether the request was in the queue.</returns>
    private bool LeaveQueue(RoutedRequest request)
    {
        if (request.Admitted)
        {
            return false;
        }

        request.Admitted = true;
        admission.Leave(request.Request);
        return true;
    }
}
