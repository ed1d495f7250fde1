using OrleansInference.Compute;
using OrleansInference.Engine.KvCache;
using OrleansInference.Engine.Requests;
using OrleansInference.Engine.Steps;

namespace OrleansInference.Engine.Scheduling;

/// <summary>What the control of a pipeline asks of its router when a plan changes.</summary>
internal sealed partial class Scheduler
{
    /// <summary>Number of the last step handed out, or passed over.</summary>
    public long LastStep => _number;

    /// <summary>Most rows of a step.</summary>
    public int MaxStepTokens => _limits.MaxStepTokens;

    /// <summary>Sequences that have pages.</summary>
    public IReadOnlyList<Sequence> Running => _running;

    /// <summary>Takes a request with what was generated for it before a loss.</summary>
    /// <exception cref="Models.InferenceException"><see cref="Models.ErrorCode.Overloaded"/> or <see cref="Models.ErrorCode.Unavailable"/>.</exception>
    public RoutedRequest Resume(GenerationRequest request, StopConditions stops, IRequestSink sink, ChoiceLog[] committed)
    {
        _admission.Enter(request);
        return Submit(request, stops, sink, _time.GetTimestamp(), committed);
    }

    /// <summary>All steps from now on belong to this plan.</summary>
    /// <param name="epoch">Of the plan.</param>
    /// <param name="depth">Its stages: as many steps are under way at the same time, up to the depth that the router was made for.</param>
    public void Enter(long epoch, int depth)
    {
        _limits = _limits with { Epoch = epoch, Depth = Math.Min(depth, _steps.Length) };
        _pages.ForgetHost(); // pages beside the pool do not move with their layers
        _pages.ConfirmRestores(long.MaxValue); // stages carry out what they had not before they join, or prove that a page is not what it should be
    }

    /// <summary>Goes on after the last step of another router, with what that one knew to be in the pages; before the first request.</summary>
    public void TakeOver(long lastStep, ReadOnlySpan<PublishedPage> pages)
    {
        _number = lastStep;
        _pages.TakeOver(pages);
    }

    /// <summary>Passes over the number of a step.</summary>
    public long SkipStep() => ++_number;

    /// <summary>Takes back a step that will not be finished: what it was to compute is scheduled again.</summary>
    public void Drop(Step step)
    {
        ScheduledStep scheduled = _steps[step.Slot];
        foreach (Sequence sequence in scheduled.Sequences)
        {
            sequence.RowsInFlight = 0;
            sequence.Pages.Adopted = true; // stages that had not come to the step have compared nothing
            if (sequence.Request.HasEnded(sequence.Choice))
            {
                Release(sequence);
            }
        }

        TakeBack(scheduled);
        CountSequences();
    }

    /// <summary>Sends a sequence back to the queue: its pages are computed again from its log.</summary>
    public void Restart(Sequence sequence)
    {
        if (_running.Contains(sequence))
        {
            sequence.LostTo = Math.Max(sequence.LostTo, sequence.Computed);
            Preempt(sequence);
        }
    }

    /// <summary>Gives up pages that were to be brought back before a step that was not formed: where the next one is computed, what lies beside the pool is another.</summary>
    public void ForgetPendingRestores()
    {
        HashSet<int> pending = _pages.TakePendingRestores();
        if (pending.Count == 0)
        {
            return;
        }

        foreach (Sequence sequence in _running.ToArray())
        {
            if (sequence.Pages.Pages.ToArray().Any(pending.Contains))
            {
                Restart(sequence);
            }
        }

        _pages.Forget(pending);
    }

    /// <summary>Whether a step that came back has computed again what was lost by <see cref="Restart"/>; before it is committed.</summary>
    public bool Recomputes(Step step)
    {
        List<Sequence> sequences = _steps[step.Slot].Sequences;
        for (int slice = 0; slice < sequences.Count; slice++)
        {
            if (step.Batch.Slices[slice].Start < sequences[slice].LostTo)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The last full page of each running sequence.</summary>
    public int[] Heads()
    {
        List<int> heads = [];
        foreach (Sequence sequence in _running)
        {
            int full = sequence.Computed / KvLayout.PageTokens;
            if (full > 0)
            {
                heads.Add(sequence.Pages.Pages[full - 1]);
            }
        }

        return [.. heads];
    }
}
