using OrleansInference.Engine.KvCache;
using OrleansInference.Engine.Requests;
using OrleansInference.Engine.Steps;

namespace OrleansInference.Engine.Scheduling;

/// <summary>
/// Decides what every step of one pipeline computes: continuous batching over paged sequences. Pure and single-threaded; whoever drives it, a thread or a
/// simulator, owns the clock and carries the messages:
/// <list type="bullet">
/// <item>in: <see cref="Submit"/>, <see cref="Stop"/>, <see cref="Cancel"/>, <see cref="Commit"/> of a step that came back;</item>
/// <item>out: the steps that <see cref="Schedule"/> hands out, and the calls to each request's <see cref="IRequestSink"/>.</item>
/// </list>
/// The loop is: while <see cref="Schedule"/> gives a step, send it into the pipeline; commit the steps that come back, in the order of their numbers.
/// Schedule again after each input. The same inputs at the same times give the same outputs.
/// </summary>
internal sealed partial class Scheduler
{
    /// <summary>Part of the inter-token target for which a tenant without requests keeps its share of the steps.</summary>
    private const double ReturnShare = 0.25;

    private readonly ServingOptions _options;
    private SchedulerLimits _limits;
    private readonly TimeProvider _time;
    private readonly PageAllocator _pages;
    private readonly AdmissionControl _admission;
    private readonly TenantTable _tenants;
    private readonly StepTimeModel _stepTime;
    private readonly BatchShares _shares;
    private readonly PromptShares _promptShares;
    private readonly EngineCounters _counters;
    private readonly List<RoutedRequest> _requests = [];
    private readonly List<Sequence> _running = [];
    private readonly Stack<ScheduledStep> _free = new();
    private readonly ScheduledStep[] _steps;
    private readonly long _returns; // ticks of the clock within which a tenant may come back to its share
    private long _arrivals;
    private long _number;
    private long _lastAdmission;
    private long _lastCommit = long.MinValue / 2; // timestamp
    private long _nextDeadline = long.MaxValue; // no request ends by its deadline before it

    /// <param name="options">Bounds and weights.</param>
    /// <param name="limits">Of the model and the pipeline.</param>
    /// <param name="admission">The queue's bound; requests have entered before they are submitted.</param>
    /// <param name="roots">Where a tenant's chains of pages start.</param>
    /// <param name="counters">Told of what is done.</param>
    /// <param name="time">The clock.</param>
    public Scheduler(
        ServingOptions options, SchedulerLimits limits, AdmissionControl admission, Func<string, PageRoot> roots, EngineCounters counters, TimeProvider time)
    {
        _options = options;
        _limits = limits;
        _time = time;
        _admission = admission;
        _counters = counters;
        _pages = new PageAllocator(limits.PageCount, limits.HostPages);
        _tenants = new TenantTable(options, roots);
        _returns = (long)(options.InterTokenTarget.TotalSeconds * ReturnShare * time.TimestampFrequency);
        _stepTime = new StepTimeModel(options.InterTokenTarget);
        _shares = new BatchShares(_stepTime, options.MaxPrefillTokens);
        _promptShares = new PromptShares(_stepTime);
        _steps = [.. Enumerable.Range(0, limits.Depth).Select(static slot => new ScheduledStep(slot))];
        Array.ForEach(_steps, _free.Push);
    }

    /// <summary>Whether requests are under way or waiting.</summary>
    public bool HasWork => _requests.Count > 0 || InFlight > 0;

    /// <summary>Steps handed out and not yet committed.</summary>
    public int InFlight => _steps.Length - _free.Count;

    public PageAllocator Pages => _pages;

    public TenantTable Tenants => _tenants;

    /// <summary>Takes a request that has entered the queue.</summary>
    /// <param name="request">The request.</param>
    /// <param name="stops">What ends its choices.</param>
    /// <param name="sink">Where its tokens go.</param>
    /// <param name="arrived">When it came: a timestamp of the router's clock.</param>
    public RoutedRequest Submit(GenerationRequest request, StopConditions stops, IRequestSink sink, long arrived, ChoiceLog[]? committed = null)
    {
        long deadline = request.Timeout is { } timeout ? arrived + (long)(timeout.TotalSeconds * _time.TimestampFrequency) : long.MaxValue;
        RoutedRequest routed = new(request, sink, _tenants.Enter(request.Tenant), stops, _arrivals++, arrived, deadline);
        routed.Resume(committed ?? []);
        _requests.Add(routed);
        _nextDeadline = Math.Min(_nextDeadline, deadline);
        Enqueue(routed.StartNextChoice()!);
        CountSequences();
        return routed;
    }

    /// <summary>Ends one choice at the next step, because the gateway found a stop string in its text.</summary>
    public void Stop(RoutedRequest request, int choice)
    {
        End(request, choice);
        CountSequences();
    }

    /// <summary>Ends a request that nobody waits for any more.</summary>
    public void Cancel(RoutedRequest request) => Finish(request, null);

    /// <summary>Forms the next step.</summary>
    /// <returns>Null when as many steps are under way as the pipeline has stages, or when nothing is left that none of them computes.</returns>
    public Step? Schedule()
    {
        if (InFlight >= _limits.Depth || !_free.TryPop(out ScheduledStep? scheduled))
        {
            return null;
        }

        long now = _time.GetTimestamp();
        EndExpired(now);
        _tenants.Forget(now - _returns);
        _shares.Set(_tenants.Present, _running, _limits.Depth);
        AllowRestores();
        Admit(now);
        scheduled.Clear(_limits.Epoch, _number + 1, now);
        AddDecoding(scheduled);
        if (scheduled.RowCount == 0 || _stepTime.Known)
        {
            AddPrompts(scheduled);
        }

        if (scheduled.Sequences.Count == 0 && InFlight == 1)
        {
            AddFirst(scheduled);
        }

        CountSequences();
        if (scheduled.Sequences.Count == 0)
        {
            _free.Push(scheduled);
            return null;
        }

        _number++;
        return scheduled.Step;
    }

    /// <summary>Takes a step back: commits what was chosen, page by page and token by token, and ends what is finished.</summary>
    public void Commit(Step step)
    {
        ScheduledStep scheduled = _steps[step.Slot];
        Observe(scheduled);
        for (int slice = 0; slice < scheduled.Sequences.Count; slice++)
        {
            Commit(scheduled, slice);
        }

        _pages.ConfirmRestores(scheduled.LastRestore);
        _counters.Step();
        TakeBack(scheduled);
        CountSequences();
    }

    private void TakeBack(ScheduledStep scheduled)
    {
        scheduled.Sequences.Clear();
        _free.Push(scheduled);
    }

    /// <summary>
    /// Learns from a step that came back. With several under way it has waited for those before it; from the one before it, it follows by at least its time on
    /// one stage.
    /// </summary>
    private void Observe(ScheduledStep scheduled)
    {
        long now = _time.GetTimestamp();
        double seconds = _time.GetElapsedTime(scheduled.Step.Started, now).TotalSeconds;
        double spacing = _time.GetElapsedTime(_lastCommit, now).TotalSeconds;
        _lastCommit = now;
        _counters.StepTook(TimeSpan.FromSeconds(seconds));
        _stepTime.Observe(scheduled.Load, Math.Min(seconds, spacing * _limits.Depth));
    }

    private void EndExpired(long now)
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

    private void CountSequences()
    {
        int open = 0;
        foreach (RoutedRequest request in _requests)
        {
            open += request.Open;
        }

        int running = 0;
        foreach (Sequence sequence in _running)
        {
            running += sequence.Request.HasEnded(sequence.Choice) ? 0 : 1;
        }

        _counters.Now(running, open - running, _pages.Statistics);
    }
}
