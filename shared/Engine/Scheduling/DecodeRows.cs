using OrleansInference.Engine.KvCache;
using OrleansInference.Engine.Requests;

namespace OrleansInference.Engine.Scheduling;

/// <summary>Adds the decoding sequences to a step: a row for the next token of each, and rows for guesses of the tokens after it.</summary>
internal sealed class DecodeRows(
    ServingOptions options, SchedulerLimits limits, TenantTable tenants, StepTimeModel stepTime, StepSlots slots, RunningSequences running, PageAllocator pages)
{
    private static readonly Comparison<Sequence> LongestUnserved = static (a, b) =>
        a.Priority != b.Priority ? b.Priority.CompareTo(a.Priority)
        : a.LastStep != b.LastStep ? a.LastStep.CompareTo(b.LastStep)
        : RunningSequences.CompareRank(a, b);

    private readonly List<Sequence> _candidates = [];

    /// <summary>Maximum rows of a step.</summary>
    private int MaxRows => Math.Min(limits.MaxStepTokens, limits.MaxLogitRows);

    /// <summary>Adds rows to an empty step. The sequences are spread evenly over the steps that can be in flight.</summary>
    public void AddTo(ScheduledStep step)
    {
        int decoding = running.Collect(static sequence => sequence.Decoding, _candidates);
        _candidates.Sort(LongestUnserved);
        double attended = Select(Math.Min((decoding + slots.Depth - 1) / slots.Depth, MaxRows));
        _candidates.Sort(RunningSequences.CompareRank);
        double price = stepTime.Price(_candidates.Count, attended);
        int spare = MaxRows - _candidates.Count;
        foreach (Sequence sequence in _candidates)
        {
            spare -= TryAdd(step, sequence, price, spare);
        }
    }

    /// <summary>
    /// Adds one token of the sequence of the highest rank, after the sequences whose turn it was got no pages. That sequence may take the pages of all others, so it always fits and the
    /// router makes progress.
    /// </summary>
    public void AddFirstTo(ScheduledStep step)
    {
        running.Collect(static _ => true, _candidates);
        _candidates.Sort(RunningSequences.CompareRank);
        foreach (Sequence sequence in _candidates)
        {
            if (sequence.CanCompute && running.TryReserve(sequence, sequence.Next + 1))
            {
                step.Add(sequence, 1, [], pages);
                return;
            }
        }
    }

    /// <summary>
    /// Reduces the candidates, in their order, to those that fit into the tenants' shares and the step. One additional candidate is kept if its tenant would otherwise have no row in
    /// the step although it is the tenant's turn.
    /// </summary>
    /// <returns>Number of tokens that the kept sequences attend to.</returns>
    private double Select(int most)
    {
        foreach (Tenant tenant in tenants.Active)
        {
            tenant.Taken = 0;
        }

        bool oneMore = most < MaxRows;
        double attended = 0;
        int kept = 0;
        for (int i = 0; i < _candidates.Count; i++)
        {
            Sequence sequence = _candidates[i];
            Tenant tenant = sequence.Tenant;
            double rows = tenant.Demand.Prompts && tenant.Rows >= 2 ? tenant.Rows * (1 - PromptChunks.LeastShare) : tenant.Rows;
            bool turn = oneMore && tenant.Taken == 0 && sequence.LastStep + slots.Depth <= slots.Last + 1;
            if ((kept < most || turn) && tenant.Taken < rows)
            {
                oneMore &= kept < most;
                tenant.Taken++;
                attended += sequence.Log.Length;
                _candidates[kept++] = sequence;
            }
        }

        _candidates.RemoveRange(kept, _candidates.Count - kept);
        return attended;
    }

    /// <returns>Number of rows used for guesses.</returns>
    private int TryAdd(ScheduledStep step, Sequence sequence, double price, int spare)
    {
        // An earlier candidate may have preempted this one.
        if (!sequence.CanCompute)
        {
            return 0;
        }

        bool measured = sequence.Request.Measures;
        int room = Math.Min(spare, Math.Min(sequence.Remaining - 1, limits.Positions - sequence.Log.Length - 1));
        ReadOnlySpan<int> guesses = options.Speculation && !measured && room > 0 ? sequence.Speculation.Guess(sequence.Log, price, room) : [];
        if (guesses.Length > 0 && !pages.TryReserve(sequence.Pages, sequence.Log.Length + guesses.Length))
        {
            guesses = [];
        }

        if (guesses.Length == 0 && !running.TryReserve(sequence, sequence.Log.Length))
        {
            return 0;
        }

        step.Add(sequence, 1, guesses, pages);
        return guesses.Length;
    }
}
