using OrleansInference.Engine.KvCache;
using OrleansInference.Engine.Requests;
using OrleansInference.Engine.Steps;

namespace OrleansInference.Engine.Scheduling;

/// <summary>
/// Decides what every step of one pipeline computes: continuous batching over paged sequences. It is deterministic and single-threaded. The caller, a thread or a simulator, owns the
/// clock and transports the messages:
/// <list type="bullet">
/// <item>in: <see cref="Submit"/>, <see cref="Stop"/>, <see cref="Cancel"/>, <see cref="Commit"/> of a completed step;</item>
/// <item>out: the steps that <see cref="Schedule"/> returns, and the calls to each request's <see cref="IRequestSink"/>.</item>
/// </list>
/// The loop is: while <see cref="Schedule"/> returns a step, send it into the pipeline; commit the completed steps in the order of their numbers.
/// Schedule again after each input. The same inputs at the same times give the same outputs.
/// </summary>
public sealed class Scheduler
{
    /// <summary>Fraction of the inter-token target for which a tenant without requests keeps its share of the steps.</summary>
    private const double ReturnShare = 0.25;

    private readonly SchedulerLimits _limits;
    private readonly TimeProvider _time;
    private readonly AdmissionControl _admission;
    private readonly StepTimeModel _stepTime;
    private readonly BatchShares _shares;
    private readonly EngineCounters _counters;
    private readonly StepSlots _slots;
    private readonly RunningSequences _running;
    private readonly OpenRequests _requests;
    private readonly WaitingQueue _waiting;
    private readonly DecodeRows _decodeRows;
    private readonly PromptChunks _promptChunks;
    private readonly StepCommit _commit;
    private readonly long _returnTicks; // clock ticks for which a tenant without requests keeps its share

    /// <param name="options">Limits and weights.</param>
    /// <param name="limits">Limits of the model and the pipeline.</param>
    /// <param name="admission">The limit of the queue. A request enters it before it is submitted.</param>
    /// <param name="roots">Returns the root of the chains of pages of a <see cref="GenerationRequest.PageGroup"/>.</param>
    /// <param name="counters">Counters of the work.</param>
    /// <param name="time">The clock.</param>
    public Scheduler(
        ServingOptions options, SchedulerLimits limits, AdmissionControl admission, Func<string, PageRoot> roots, EngineCounters counters, TimeProvider time)
    {
        _limits = limits;
        _time = time;
        _admission = admission;
        _counters = counters;
        _returnTicks = (long)(options.InterTokenTarget.TotalSeconds * ReturnShare * time.TimestampFrequency);
        Pages = new PageAllocator(limits.PageCount, limits.HostPages);
        Tenants = new TenantTable(options);
        _stepTime = new StepTimeModel(options.InterTokenTarget);
        _shares = new BatchShares(_stepTime, options.MaxPrefillTokens);
        _slots = new StepSlots(limits.Depth, limits.Epoch);
        _running = new RunningSequences(Pages, counters);
        _requests = new OpenRequests(admission, Tenants, roots, _running, Pages, _stepTime, counters, time);
        _waiting = new WaitingQueue(options, limits, Tenants, _shares, _stepTime, _slots, _requests, _running, Pages);
        _decodeRows = new DecodeRows(options, limits, Tenants, _stepTime, _slots, _running, Pages);
        _promptChunks = new PromptChunks(options, limits, Tenants, _shares, _stepTime, _slots, _running, Pages);
        counters.Figures.PagesTotal = limits.PageCount;
        _commit = new StepCommit(_stepTime, _slots, _requests, Tenants, Pages, counters, time);
    }

    public PageAllocator Pages { get; }

    public TenantTable Tenants { get; }

    /// <summary>Sequences that have pages.</summary>
    public IReadOnlyList<Sequence> Running => _running.All;

    /// <summary>Whether requests are open or steps are in flight.</summary>
    public bool HasWork => _requests.Count > 0 || InFlight > 0;

    /// <summary>Number of steps that were formed and are not committed.</summary>
    public int InFlight => _slots.InFlight;

    /// <summary>Number of the last step that was formed or skipped.</summary>
    public long LastStep => _slots.Last;

    /// <summary>Observer of requests and steps; null for none.</summary>
    public IRequestObserver? Observer
    {
        get => _requests.Observer;
        init => _requests.Observer = value;
    }

    /// <summary>Maximum rows of a step.</summary>
    public int MaxStepTokens => _limits.MaxStepTokens;

    /// <summary>Submits a request that has entered the queue.</summary>
    /// <param name="request">The request.</param>
    /// <param name="stops">Conditions that end its choices.</param>
    /// <param name="sink">Receives its tokens.</param>
    /// <param name="arrived">Timestamp of its arrival.</param>
    /// <param name="committed">For each choice, the tokens that were generated before a loss.</param>
    public RoutedRequest Submit(GenerationRequest request, StopConditions stops, IRequestSink sink, long arrived, ChoiceLog[]? committed = null)
    {
        RoutedRequest routed = _requests.Add(request, stops, sink, arrived, committed ?? []);
        CountSequences();
        return routed;
    }

    /// <summary>Enters a request into the queue and submits it, with the tokens that were generated before a loss.</summary>
    /// <exception cref="Models.InferenceException"><see cref="Models.ErrorCode.Overloaded"/> or <see cref="Models.ErrorCode.Unavailable"/>.</exception>
    public RoutedRequest Resume(GenerationRequest request, StopConditions stops, IRequestSink sink, ChoiceLog[] committed)
    {
        _admission.Enter(request);
        return Submit(request, stops, sink, _time.GetTimestamp(), committed);
    }

    /// <summary>Ends one choice at the next step, because the gateway found a stop string in its text.</summary>
    public void Stop(RoutedRequest request, int choice)
    {
        _requests.End(request, choice);
        CountSequences();
    }

    /// <summary>Ends a request whose client no longer waits for it.</summary>
    public void Cancel(RoutedRequest request)
    {
        _requests.Finish(request, null);
        CountSequences();
    }

    /// <summary>Forms the next step.</summary>
    /// <returns>The step; null when as many steps are in flight as the pipeline has stages, or when no sequence has tokens to compute that are not in flight.</returns>
    public Step? Schedule()
    {
        long now = _time.GetTimestamp();
        if (!_slots.TryTake(now, out ScheduledStep? step))
        {
            return null;
        }

        _requests.EndExpired(now);
        Tenants.Forget(now - _returnTicks);
        _shares.Set(Tenants.Present, _running.All, _slots.Depth);
        _waiting.Admit(now);
        _decodeRows.AddTo(step);
        // Until a step of rows alone has been measured, prompts are not mixed with rows.
        if (step.RowCount == 0 || _stepTime.Known)
        {
            _promptChunks.AddTo(step);
        }

        // No other step in flight can release pages, so one sequence has to make progress.
        if (step.RowCount == 0 && InFlight == 1)
        {
            _decodeRows.AddFirstTo(step);
        }

        CountSequences();
        if (step.RowCount == 0)
        {
            _slots.Return(step);
            return null;
        }

        Observer?.OnStep(step.RowCount);
        return _slots.Start(step);
    }

    /// <summary>Completes a step: commits the sampled tokens and the pages, and ends finished choices and requests.</summary>
    /// <param name="step">The step. The scheduler may reuse it after this call.</param>
    /// <param name="result">The result of the last stage.</param>
    public void Commit(Step step, StepResult result)
    {
        ScheduledStep scheduled = _slots.Find(step);
        _commit.Commit(scheduled, result);
        _slots.Return(scheduled);
        CountSequences();
    }

    /// <summary>
    /// Returns the trace contexts of the requests of a step for which each stage creates a span: those of which the step computes prompt tokens, or the first token after them.
    /// </summary>
    public string[] TracesOf(Step step)
    {
        if (_requests.Traced == 0)
        {
            return [];
        }

        HashSet<string> traces = [];
        foreach (Sequence sequence in _slots.Find(step).Sequences)
        {
            if (sequence.Request.Span is { Id: { } id } && (!sequence.Decoding || sequence.Generated <= 1))
            {
                traces.Add(id);
            }
        }

        return [.. traces];
    }

    /// <summary>Drops a step that will not complete. Its tokens are scheduled again.</summary>
    public void Drop(Step step)
    {
        ScheduledStep scheduled = _slots.Find(step);
        foreach (Sequence sequence in scheduled.Sequences)
        {
            sequence.RowsInFlight = 0;
            sequence.Pages.Adopted = true; // stages that the step did not reach have not compared the adopted pages
            if (sequence.Request.HasEnded(sequence.Choice))
            {
                _requests.Release(sequence);
            }
        }

        _slots.Return(scheduled);
        CountSequences();
    }

    /// <summary>Uses the number of a step without forming one.</summary>
    public long SkipStep() => _slots.Skip();

    /// <summary>Puts a plan in force. All later steps belong to it.</summary>
    /// <param name="epoch">Its epoch.</param>
    /// <param name="depth">Number of its stages. As many steps are in flight at the same time, up to the depth that the scheduler was created with.</param>
    public void Enter(long epoch, int depth)
    {
        _slots.Enter(epoch, depth);
        Pages.Host.Clear(); // pages on the host do not move with their layers
        Pages.Published.ConfirmRestores(long.MaxValue); // before they join, stages carry out the pending restores; otherwise the page lacks its proof
    }

    /// <summary>Continues after the last step of another router, with the page contents that it published. The caller calls it before the first request.</summary>
    public void TakeOver(long lastStep, ReadOnlySpan<PublishedPage> pages)
    {
        _slots.ContinueAfter(lastStep);
        Pages.Cache.TakeOver(pages);
    }

    /// <summary>Returns a sequence to the queue. Its pages are recomputed from its log.</summary>
    public void Restart(Sequence sequence) => _running.Restart(sequence);

    /// <summary>
    /// Returns the sequences that use some of the pages to the queue. Stages prove only full pages, so a partial page, such as a copy of a corrupted one, has to be included in the set.
    /// </summary>
    public void RestartUsers(IReadOnlySet<int> pages) => _running.RestartUsers(pages);

    /// <summary>Removes the contents of pages, which include all pages that continue them, and restarts the sequences that use them.</summary>
    public void Forget(IReadOnlySet<int> pages)
    {
        _running.RestartUsers(pages);
        Pages.Cache.Forget(pages);
    }

    /// <summary>Removes pages whose restore was not part of a step yet. The stages that compute the next step have other pages on their hosts.</summary>
    public void ForgetPendingRestores()
    {
        HashSet<int> pending = Pages.Transfers.TakeRestores();
        if (pending.Count > 0)
        {
            Forget(pending);
        }
    }

    /// <summary>Returns whether a completed step has recomputed tokens that were lost by <see cref="Restart"/>. The caller calls it before the step is committed.</summary>
    public bool Recomputes(Step step)
    {
        List<Sequence> sequences = _slots.Find(step).Sequences;
        for (int slice = 0; slice < sequences.Count; slice++)
        {
            if (step.Batch.Slices[slice].Start < sequences[slice].LostTo)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Returns the last full page of each running sequence, if it is reported to other routers. A page that a step in flight restores is not reported.</summary>
    public int[] Heads() => _running.Heads();

    private void CountSequences()
    {
        int running = _running.CountOpen();
        PageStatistics pages = Pages.Statistics;
        ref EngineFigures figures = ref _counters.Figures;
        figures.Running = running;
        figures.Waiting = _requests.CountChoices() - running;
        figures.PagesInUse = pages.InUse;
        figures.PagesCached = pages.Cached;
        figures.PagesOffloaded = pages.HostSlotsUsed;
        figures.OffloadedPages = pages.Saves;
        figures.RestoredPages = pages.Restores;
    }
}
