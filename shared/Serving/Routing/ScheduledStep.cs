using OrleansInference.Serving.Pipelines;

namespace OrleansInference.Serving.Routing;

/// <summary>A step with what the router remembers of it until it comes back.</summary>
internal sealed class ScheduledStep(int slot)
{
    private bool _losing; // a page that it reads

    public Step Step { get; } = new(slot);

    /// <summary>One for each slice.</summary>
    public List<Sequence> Sequences { get; } = [];

    public StepLoad Load { get; private set; }

    /// <summary>Whether it reads pages that may have been given up since it was formed: those that it copies, or one in whose place its sequence has got an equal one.</summary>
    public bool ReadsGivenUp => Step.Transfers.Length > 0 || _losing;

    /// <summary>The next of the step's results to commit.</summary>
    public int NextRow { get; set; }

    public int RowCount => Step.Batch.RowCount;

    public void Clear(long epoch, long number, long now)
    {
        Step.Clear(epoch, number, now);
        Sequences.Clear();
        Load = default;
        NextRow = 0;
        _losing = false;
    }

    /// <summary>Notes that a page of one of its sequences was given up.</summary>
    public void NoteGivenUp() => _losing = true;

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
