using OrleansInference.Engine.Steps;

namespace OrleansInference.Engine.Scheduling;

/// <summary>A step with what the router remembers of it until it comes back.</summary>
internal sealed class ScheduledStep(int slot)
{
    public Step Step { get; } = new(slot);

    /// <summary>One for each slice.</summary>
    public List<Sequence> Sequences { get; } = [];

    public StepLoad Load { get; private set; }

    /// <summary>The last page that is brought back before this step.</summary>
    public long LastRestore { get; set; }

    /// <summary>The next of the step's results to commit.</summary>
    public int NextRow { get; set; }

    public int RowCount => Step.Batch.RowCount;

    public void Clear(long epoch, long number, long now)
    {
        Step.Clear(epoch, number, now);
        Sequences.Clear();
        Load = default;
        NextRow = 0;
    }

    /// <summary>Passes over what is left of the slices before <paramref name="slice"/>.</summary>
    public void SkipRows(int slice)
    {
        while (NextRow < Step.Rows.Length && Step.Rows[NextRow].Slice < slice)
        {
            NextRow++;
        }
    }

    /// <summary>Adds a sequence's slice: its next <paramref name="count"/> tokens, and guesses behind them.</summary>
    public void Add(Sequence sequence, int count, ReadOnlySpan<int> guesses, Span<int> scratch, in SliceOutput output)
    {
        int start = sequence.Next;
        ReadOnlySpan<int> tokens = sequence.Log.Slice(start, count);
        bool decoding = sequence.Decoding;
        if (guesses.Length > 0)
        {
            tokens.CopyTo(scratch);
            guesses.CopyTo(scratch[count..]);
            tokens = scratch[..(count + guesses.Length)];
        }

        Step.Add(tokens, start, sequence.Pages.Pages, output);
        Sequences.Add(sequence);
        sequence.RowsInFlight += tokens.Length;
        sequence.LastStep = Step.Number;
        double attended = tokens.Length * (start + ((tokens.Length + 1) / 2.0));
        Load = decoding
            ? Load with { Rows = Load.Rows + tokens.Length, Attended = Load.Attended + attended }
            : Load with { PromptTokens = Load.PromptTokens + tokens.Length, PromptAttended = Load.PromptAttended + attended };
    }
}
