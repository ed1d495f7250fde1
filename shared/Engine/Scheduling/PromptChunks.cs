using OrleansInference.Compute;
using OrleansInference.Engine.KvCache;
using OrleansInference.Engine.Requests;
using OrleansInference.Engine.Steps;

namespace OrleansInference.Engine.Scheduling;

/// <summary>Adds chunks of prompts to a step, within the time that the decoding sequences leave.</summary>
internal sealed class PromptChunks(
    ServingOptions options,
    SchedulerLimits limits,
    TenantTable tenants,
    BatchShares shares,
    StepTimeModel stepTime,
    StepSlots slots,
    RunningSequences running,
    PageAllocator pages)
{
    /// <summary>Share of the decoding time that prompts get even where decoding alone takes longer than the target.</summary>
    public const double LeastShare = 0.25;

    /// <summary>Share of a step's prompt tokens that short prompts may take before a long one of the same tenant.</summary>
    private const double ShortPromptShare = 0.25;

    /// <summary>Minimum tokens of chunks that are made smaller for several stages. Smaller chunks take hardly less time.</summary>
    private const int LeastChunk = 128;

    /// <summary>Chunks per stage, if they are not smaller than <see cref="LeastChunk"/>.</summary>
    private const int ChunksOfStage = 4;

    private static readonly Comparison<Sequence> LeastServedTenant = static (a, b) =>
        a.Priority != b.Priority ? b.Priority.CompareTo(a.Priority)
        : a.Tenant.Served != b.Tenant.Served ? a.Tenant.Served.CompareTo(b.Tenant.Served)
        : a.Request.Order != b.Request.Order ? a.Request.Order.CompareTo(b.Request.Order)
        : a.Choice.CompareTo(b.Choice);

    private readonly PromptShares _promptShares = new(stepTime);
    private readonly List<Sequence> _candidates = [];

    /// <summary>Adds chunks, those of the least served tenants first.</summary>
    public void AddTo(ScheduledStep step)
    {
        running.Collect(static sequence => !sequence.Decoding, _candidates);
        if (_candidates.Count == 0)
        {
            return;
        }

        _candidates.Sort(LeastServedTenant);
        int tokens = Math.Min(MostTokens(), limits.MaxStepTokens - step.RowCount);
        double seconds = TimeFor(step.Load, running.AnyDecodes || step.RowCount > 0);
        int divided = DivideTime(step.Load, tokens, seconds) ? _candidates[0].Priority : int.MaxValue;
        AddShortPrompts(step, divided, ref tokens, ref seconds);
        foreach (Sequence sequence in _candidates)
        {
            AddShare(step, sequence, divided, ref tokens, ref seconds);
        }

        // One prompt token is added even if no time is left, so that prompts make progress.
        for (int i = 0; i < _candidates.Count && step.Load.PromptTokens == 0 && tokens > 0; i++)
        {
            TryAdd(step, _candidates[i], 1);
        }
    }

    /// <summary>
    /// Returns the maximum prompt tokens of a step. When few are waiting, smaller chunks let the later stages start earlier and keep the first stages busy to the end.
    /// </summary>
    private int MostTokens()
    {
        if (slots.Depth == 1)
        {
            return options.MaxPrefillTokens;
        }

        int left = 0;
        foreach (Sequence sequence in _candidates)
        {
            left += sequence.RemainingTokens;
        }

        return Math.Min(options.MaxPrefillTokens, Math.Max(LeastChunk, left / (ChunksOfStage * slots.Depth)));
    }

    /// <summary>Returns the seconds that prompts may add to a step without delaying decoding sequences for longer than the target and the tenants' shares allow.</summary>
    private double TimeFor(in StepLoad load, bool decodes)
    {
        double decode = stepTime.Decode(load.Rows, load.Attended);
        double target = Math.Max(stepTime.Aim(slots.Depth) - decode, decode * Math.Max(LeastShare, shares.PromptPart));
        return Math.Min(decodes ? target : double.PositiveInfinity, Math.Max(shares.Limit - decode, 0));
    }

    /// <summary>Divides the time for prompts among the tenants, unless there is only one.</summary>
    private bool DivideTime(in StepLoad load, int tokens, double seconds)
    {
        if (tenants.Active.Count < 2)
        {
            return false;
        }

        double most = tokens * stepTime.PromptToken(0);
        _promptShares.Set(tenants.Active, _candidates, Math.Min(seconds, most), stepTime.Decode(load.Rows, load.Attended));
        return true;
    }

    /// <summary>
    /// Lets short prompts overtake a long one of the same tenant. Only prompts that fit completely into a part of the tenant's share of this step are added. The long prompt gets the
    /// rest of every step, so it is never starved, and the tenant gets no more than without short prompts.
    /// </summary>
    private void AddShortPrompts(ScheduledStep step, int divided, ref int tokens, ref double seconds)
    {
        Sequence first = _candidates[0];
        int part = (int)(Math.Min(tokens, SecondsOf(first, divided, seconds) / stepTime.PromptToken(first.Next)) * ShortPromptShare);
        if (first.RemainingTokens <= part)
        {
            return;
        }

        for (int i = 1; i < _candidates.Count; i++)
        {
            Sequence sequence = _candidates[i];
            if (sequence.Tenant == first.Tenant && sequence.Priority == first.Priority && sequence.RemainingTokens <= part)
            {
                part -= sequence.RemainingTokens;
                AddShare(step, sequence, divided, ref tokens, ref seconds);
            }
        }
    }

    /// <summary>Adds a chunk of the size that fits into the step and into the tenant's share of its time.</summary>
    private void AddShare(ScheduledStep step, Sequence sequence, int divided, ref int tokens, ref double seconds)
    {
        double share = SecondsOf(sequence, divided, seconds);
        double rounding = sequence.Tenant.Demand.Rows == 0 ? 0.5 : 0; // a tenant without rows in the step must not lose by rounding down
        int start = sequence.Next;
        int taken = TryAdd(step, sequence, (int)Math.Min(tokens, (share / stepTime.PromptToken(start)) + rounding));
        double time = taken * stepTime.PromptToken(start + (taken / 2));
        tokens -= taken;
        seconds -= time;
        sequence.Tenant.PromptSeconds -= time;
    }

    private static double SecondsOf(Sequence sequence, int divided, double seconds) =>
        sequence.Priority == divided ? Math.Min(seconds, sequence.Tenant.PromptSeconds) : seconds;

    /// <summary>
    /// Adds a chunk. It needs the pages of the chunks before it, which every stage has computed when the chunk reaches it. The chunks of a prompt therefore follow each other through
    /// the stages and do not wait until earlier chunks complete.
    /// </summary>
    /// <returns>Number of tokens added.</returns>
    private int TryAdd(ScheduledStep step, Sequence sequence, int tokens)
    {
        // A short prompt may already be in the step.
        int count = sequence.CanCompute && sequence.LastStep != step.Step.Number ? Math.Min(tokens, sequence.RemainingTokens) : 0;
        int logitRows = step.Step.Batch.LogitRowCount;
        if (sequence.Request.Measures)
        {
            count = Math.Min(count, limits.MaxLogitRows - logitRows);
        }
        else if (logitRows >= limits.MaxLogitRows)
        {
            count = Math.Min(count, sequence.RemainingTokens - 1);
        }

        // Prompts do not preempt sequences.
        while (count > 0 && !pages.TryReserve(sequence.Pages, sequence.Next + count))
        {
            int fits = ((sequence.Pages.Pages.Length + pages.AvailablePages - 1) * KvLayout.PageTokens) - sequence.Next;
            count = Math.Max(0, Math.Min(fits, count - 1));
        }

        if (count <= 0)
        {
            return 0;
        }

        step.Add(sequence, count, [], pages);
        return count;
    }
}
