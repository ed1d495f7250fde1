using OrleansInference.Compute;
using OrleansInference.Serving.Pages;
using OrleansInference.Serving.Pipelines;

namespace OrleansInference.Serving.Routing;

/// <summary>What a step computes: a token of each decoding sequence, and prompt chunks in the time that is left.</summary>
internal sealed partial class Router
{
    /// <summary>A step aims below the target by this factor, as estimates err.</summary>
    private const double Aim = 0.9;

    /// <summary>Where decoding alone takes the target, prompts still get this part of its time.</summary>
    private const double LeastPromptShare = 0.25;

    private static readonly Comparison<Sequence> LongestUnserved = static (a, b) =>
        a.Priority != b.Priority ? b.Priority.CompareTo(a.Priority)
        : a.LastStep != b.LastStep ? a.LastStep.CompareTo(b.LastStep)
        : Rank(a, b);

    private static readonly Comparison<Sequence> LeastServedTenant = static (a, b) =>
        a.Priority != b.Priority ? b.Priority.CompareTo(a.Priority)
        : a.Tenant.Served != b.Tenant.Served ? a.Tenant.Served.CompareTo(b.Tenant.Served)
        : a.Request.Order != b.Request.Order ? a.Request.Order.CompareTo(b.Request.Order)
        : a.Choice.CompareTo(b.Choice);

    private readonly List<Sequence> _candidates = [];
    private readonly int[] _slice = new int[1 + Speculation.MaxGuesses];
    private int _logitRows;

    /// <summary>Adds one token of each decoding sequence, evenly spread over the steps that can be under way, and what can be guessed of those after it.</summary>
    private void AddDecoding(ScheduledStep step)
    {
        _logitRows = 0;
        int decoding = Collect(static sequence => sequence.Decoding);
        int most = Math.Min((decoding + _limits.Depth - 1) / _limits.Depth, Math.Min(_limits.MaxStepTokens, _limits.MaxLogitRows));
        _candidates.Sort(LongestUnserved);
        double attended = Select(most);
        _candidates.Sort(Rank);
        double price = _stepTime.Price(_candidates.Count, attended);
        int spare = Math.Min(_limits.MaxStepTokens, _limits.MaxLogitRows) - _candidates.Count;
        foreach (Sequence sequence in _candidates)
        {
            spare -= TryAddDecoding(step, sequence, price, spare);
        }
    }

    /// <summary>
    /// Where those whose turn it was found no pages: takes whoever ranks highest, if need be at the cost of all others. That one always fits, so the work goes on.
    /// </summary>
    private void AddFirst(ScheduledStep step)
    {
        Collect(static _ => true);
        _candidates.Sort(Rank);
        foreach (Sequence sequence in _candidates)
        {
            if (IsRunning(sequence) && TryReserve(sequence, sequence.Computed + 1))
            {
                Add(step, sequence, 1, []);
                return;
            }
        }
    }

    /// <returns>Rows taken for guesses.</returns>
    private int TryAddDecoding(ScheduledStep step, Sequence sequence, double price, int spare)
    {
        // A candidate may have been preempted for one before it.
        if (!IsRunning(sequence))
        {
            return 0;
        }

        bool measured = sequence.Request.Measures;
        int room = Math.Min(spare, Math.Min(sequence.Remaining - 1, _limits.Positions - sequence.Log.Length - 1));
        ReadOnlySpan<int> guesses = _options.Speculation && !measured && room > 0 ? sequence.Speculation.Guess(sequence.Log, price, room) : [];
        if (guesses.Length > 0 && !_pages.TryReserve(sequence.Pages, sequence.Log.Length + guesses.Length))
        {
            guesses = [];
        }

        if (guesses.Length == 0 && !TryReserve(sequence, sequence.Log.Length))
        {
            return 0;
        }

        Add(step, sequence, 1, guesses);
        return guesses.Length;
    }

    /// <summary>Adds chunks of prompts, those of the least served tenants first.</summary>
    private void AddPrompts(ScheduledStep step)
    {
        bool decodes = Collect(static sequence => sequence.Decoding, inFlightToo: true) > 0;
        if (Collect(static sequence => !sequence.Decoding) == 0)
        {
            return;
        }

        _candidates.Sort(LeastServedTenant);
        int tokens = Math.Min(_options.MaxPrefillTokens, _limits.MaxStepTokens - step.RowCount);
        double seconds = decodes || step.RowCount > 0 ? PromptTime(step.Load) : double.PositiveInfinity;
        foreach (Sequence sequence in _candidates)
        {
            if (tokens <= 0 || (seconds <= 0 && step.Load.PromptTokens > 0))
            {
                return;
            }

            if (IsRunning(sequence))
            {
                int taken = TryAddPrompt(step, sequence, tokens, seconds);
                tokens -= taken;
                seconds -= taken * _stepTime.PromptToken(sequence.Computed + (taken / 2));
            }
        }
    }

    /// <summary>Seconds that prompts may add to a step without holding up those who decode for longer than the target and the tenants' shares allow.</summary>
    private double PromptTime(in StepLoad load)
    {
        double decode = _stepTime.Decode(load.Rows, load.Attended);
        double target = Math.Max((_options.InterTokenTarget.TotalSeconds * Aim) - decode, decode * LeastPromptShare);
        return Math.Min(target, Math.Max(_shares.Limit - decode, 0));
    }

    /// <returns>Tokens added.</returns>
    private int TryAddPrompt(ScheduledStep step, Sequence sequence, int tokens, double seconds)
    {
        double perToken = _stepTime.PromptToken(sequence.Computed);
        double fair = Math.Max(0, sequence.Tenant.Rows - sequence.Tenant.Taken) * Math.Max(1, _stepTime.Row / perToken);
        int count = (int)Math.Min(Math.Min(tokens, sequence.Pending), Math.Max(1, Math.Min(fair, seconds / perToken)));
        if (sequence.Request.Measures)
        {
            count = Math.Min(count, _limits.MaxLogitRows - _logitRows);
        }
        else if (_logitRows >= _limits.MaxLogitRows)
        {
            count = Math.Min(count, sequence.Pending - 1);
        }

        // Prompts take pages from nobody.
        while (count > 0 && !_pages.TryReserve(sequence.Pages, sequence.Computed + count))
        {
            int fits = ((sequence.Pages.Pages.Length + _pages.AvailablePages - 1) * KvLayout.PageTokens) - sequence.Computed;
            count = Math.Max(0, Math.Min(fits, count - 1));
        }

        if (count > 0)
        {
            Add(step, sequence, count, []);
        }

        return count;
    }

    private void Add(ScheduledStep step, Sequence sequence, int count, ReadOnlySpan<int> guesses)
    {
        RoutedRequest request = sequence.Request;
        bool last = count == sequence.Pending;
        int after = sequence.Computed + count;
        bool measured = request.Measures && sequence.Computed < request.PromptLength;
        SliceOutput output = new(last ? sequence.Sampling : null, guesses.Length, measured, measured && after < request.PromptLength ? sequence.Log[after] : -1)
        {
            LogProbs = request.Request.Sampling.LogProbs,
        };
        _logitRows += measured ? count : last ? 1 + guesses.Length : 0;
        sequence.Tenant.Taken += count + guesses.Length - (sequence.Decoding ? 1 : 0); // counted when it was selected
        step.Step.Transfer(_pages.Transfers);
        _pages.ClearTransfers();
        step.Add(sequence, count, guesses, _slice, output);
    }

    private static bool IsRunning(Sequence sequence) => sequence.Pages.State == SequencePagesState.Active && !sequence.InFlight;

    /// <summary>Lists the running sequences of a kind that no step under way computes, and counts all of the kind.</summary>
    private int Collect(Predicate<Sequence> kind, bool inFlightToo = false)
    {
        int count = 0;
        _candidates.Clear();
        foreach (Sequence sequence in _running)
        {
            if (kind(sequence))
            {
                count++;
                if (!sequence.InFlight || inFlightToo)
                {
                    _candidates.Add(sequence);
                }
            }
        }

        return count;
    }

    /// <summary>Keeps of the candidates, in their order, what the tenants' shares and the step have room for.</summary>
    /// <returns>Tokens that they look at.</returns>
    private double Select(int most)
    {
        foreach (Tenant tenant in _tenants.Active)
        {
            tenant.Taken = 0;
        }

        double attended = 0;
        int kept = 0;
        for (int i = 0; i < _candidates.Count; i++)
        {
            Sequence sequence = _candidates[i];
            Tenant tenant = sequence.Tenant;
            double rows = tenant.Demand.Prompts && tenant.Rows >= 2 ? tenant.Rows * (1 - LeastPromptShare) : tenant.Rows;
            if (kept < most && tenant.Taken < rows)
            {
                tenant.Taken++;
                attended += sequence.Log.Length;
                _candidates[kept++] = sequence;
            }
        }

        _candidates.RemoveRange(kept, _candidates.Count - kept);
        return attended;
    }
}
