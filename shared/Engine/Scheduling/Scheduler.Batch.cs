using OrleansInference.Engine.KvCache;
using OrleansInference.Engine.Steps;

namespace OrleansInference.Engine.Scheduling;

/// <summary>What a step computes: who takes part, and a token of each decoding sequence with what can be guessed after it.</summary>
internal sealed partial class Scheduler
{
    private static readonly Comparison<Sequence> LongestUnserved = static (a, b) =>
        a.Priority != b.Priority ? b.Priority.CompareTo(a.Priority)
        : a.LastStep != b.LastStep ? a.LastStep.CompareTo(b.LastStep)
        : Rank(a, b);

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
            if (IsRunning(sequence) && TryReserve(sequence, sequence.Next + 1))
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

    private void Add(ScheduledStep step, Sequence sequence, int count, ReadOnlySpan<int> guesses)
    {
        RoutedRequest request = sequence.Request;
        bool last = count == sequence.RemainingTokens;
        int after = sequence.Next + count;
        bool measured = request.Measures && sequence.Computed < request.PromptLength;
        SliceOutput output = new(last ? sequence.Sampling : null, guesses.Length, measured, measured && after < request.PromptLength ? sequence.Log[after] : -1)
        {
            LogProbs = request.Request.Sampling.LogProbs,
            Adopts = sequence.Pages.TakeAdopted(),
        };
        _logitRows += measured ? count : last ? 1 + guesses.Length : 0;
        sequence.Tenant.Taken += count + guesses.Length - (sequence.Decoding ? 1 : 0); // counted when it was selected
        step.Step.Transfer(_pages.Transfers);
        _pages.ClearTransfers();
        step.LastRestore = _pages.LastRestore;
        step.Add(sequence, count, guesses, _slice, output);
    }

    private static bool IsRunning(Sequence sequence) => sequence.Pages.State == SequencePagesState.Active && sequence.RemainingTokens > 0;

    /// <summary>Lists the running sequences of a kind that have something to compute in the next step, and counts all of the kind.</summary>
    private int Collect(Predicate<Sequence> kind, bool inFlightToo = false)
    {
        int count = 0;
        _candidates.Clear();
        foreach (Sequence sequence in _running)
        {
            if (kind(sequence))
            {
                count++;
                if (sequence.RemainingTokens > 0 || inFlightToo)
                {
                    _candidates.Add(sequence);
                }
            }
        }

        return count;
    }

    /// <summary>
    /// Keeps of the candidates, in their order, what the tenants' shares and the step have room for. One more gets in whose tenant would otherwise have none in the
    /// step although its turn has come.
    /// </summary>
    /// <returns>Tokens that they look at.</returns>
    private double Select(int most)
    {
        foreach (Tenant tenant in _tenants.Active)
        {
            tenant.Taken = 0;
        }

        bool oneMore = most < Math.Min(_limits.MaxStepTokens, _limits.MaxLogitRows);
        double attended = 0;
        int kept = 0;
        for (int i = 0; i < _candidates.Count; i++)
        {
            Sequence sequence = _candidates[i];
            Tenant tenant = sequence.Tenant;
            double rows = tenant.Demand.Prompts && tenant.Rows >= 2 ? tenant.Rows * (1 - LeastPromptShare) : tenant.Rows;
            bool turn = oneMore && tenant.Taken == 0 && sequence.LastStep + _limits.Depth <= _number + 1;
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
}
