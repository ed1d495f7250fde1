using OrleansInference.Engine.KvCache;
using OrleansInference.Engine.Sampling;
using OrleansInference.Engine.Steps;

namespace OrleansInference.Engine.Scheduling;

/// <summary>A step with the state that the router keeps until the step completes.</summary>
internal sealed class ScheduledStep
{
    public Step Step { get; } = new();

    /// <summary>Timestamp at which the step was formed.</summary>
    public long Started { get; private set; }

    /// <summary>One sequence for each slice.</summary>
    public List<Sequence> Sequences { get; } = [];

    public StepLoad Load { get; private set; }

    /// <summary>Number of the last page that the stages restore before this step; see <see cref="HostPages.LastRestore"/>.</summary>
    public long LastRestore { get; private set; }

    public int RowCount => Step.Batch.RowCount;

    public void Clear(long epoch, long number, long now)
    {
        Step.Clear(epoch, number);
        Started = now;
        Sequences.Clear();
        Load = default;
    }

    /// <summary>Adds a sequence's slice: its next <paramref name="count"/> tokens, and guesses after them.</summary>
    /// <param name="sequence">The sequence, which has reserved the pages.</param>
    /// <param name="count">Number of tokens of its log; 1 with guesses.</param>
    /// <param name="guesses">Tokens that may follow the log.</param>
    /// <param name="pages">Provides the pending transfers, which become part of the step.</param>
    public void Add(Sequence sequence, int count, ReadOnlySpan<int> guesses, PageAllocator pages)
    {
        int start = sequence.Next;
        bool decoding = sequence.Decoding;
        int length = count + guesses.Length;
        SliceOutput output = OutputOf(sequence, count, guesses.Length);
        Step.Transfer(pages.Transfers.Pending);
        pages.Transfers.Clear();
        LastRestore = pages.Host.LastRestore;
        if (guesses.Length == 0)
        {
            Step.Add(sequence.Log.Slice(start, count), start, sequence.Pages.Pages, output);
        }
        else
        {
            Span<int> tokens = stackalloc int[1 + Speculation.MaxGuesses];
            sequence.Log.Slice(start, count).CopyTo(tokens);
            guesses.CopyTo(tokens[count..]);
            Step.Add(tokens[..length], start, sequence.Pages.Pages, output);
        }

        Sequences.Add(sequence);
        sequence.Tenant.Taken += decoding ? length - 1 : length; // the row of a decoding sequence was counted when it was selected
        sequence.RowsInFlight += length;
        sequence.LastStep = Step.Number;
        double attended = length * (start + ((length + 1) / 2.0));
        Load = decoding
            ? Load with { Rows = Load.Rows + length, Attended = Load.Attended + attended }
            : Load with { PromptTokens = Load.PromptTokens + length, PromptAttended = Load.PromptAttended + attended };
    }

    private static SliceOutput OutputOf(Sequence sequence, int count, int guesses)
    {
        RoutedRequest request = sequence.Request;
        int after = sequence.Next + count;
        bool measured = request.Measures && sequence.Computed < request.PromptLength;
        SequenceSampling? sampling = count == sequence.RemainingTokens ? sequence.Sampling : null;
        return new SliceOutput(sampling, guesses, measured, measured && after < request.PromptLength ? sequence.Log[after] : -1)
        {
            LogProbs = request.Request.Sampling.LogProbs,
            Adopts = sequence.Pages.TakeAdopted(),
        };
    }
}
