namespace OrleansInference.Compute;

/// <summary>Which rows of a sequence's slice of a step produce logits.</summary>
public enum LogitRows : byte
{
    /// <summary>None: a prefill chunk that is not the prompt's last.</summary>
    None,

    /// <summary>The slice's last row.</summary>
    Last,

    /// <summary>Every row of the slice: evaluation, and verification of speculated tokens.</summary>
    All,
}

/// <summary>One sequence's part of a step: <see cref="Count"/> tokens at positions <see cref="Start"/> … <c>Start + Count − 1</c>.</summary>
/// <param name="Start">Absolute position of the first token.</param>
/// <param name="Count">Tokens of this slice: 1 when decoding, a chunk when prefilling.</param>
/// <param name="FirstRow">Row of the first token in the step's hidden states.</param>
/// <param name="FirstPage">Index into <see cref="StepBatch.Pages"/> of the sequence's page table, whose entry i holds positions 16i … 16i + 15.</param>
/// <param name="PageCount">Entries of that page table: enough to hold position <c>Start + Count − 1</c>.</param>
/// <param name="FirstLogitRow">Row of the slice's first logits in the step's output.</param>
/// <param name="Logits">Which rows produce logits.</param>
public readonly record struct SequenceSlice(int Start, int Count, int FirstRow, int FirstPage, int PageCount, int FirstLogitRow, LogitRows Logits)
{
    public int LogitCount => Logits switch { LogitRows.None => 0, LogitRows.Last => 1, _ => Count };
}

/// <summary>
/// What one step computes: the slices of all sequences that take part. Reused from step to step; its arrays only grow, so a step in steady
/// state allocates nothing. Rows are tokens, in the order in which they were added.
/// </summary>
public sealed class StepBatch
{
    private int[] _tokens;
    private int[] _pages;
    private SequenceSlice[] _slices;
    private int _rowCount;
    private int _pageCount;
    private int _sliceCount;

    /// <summary>Creates an empty batch.</summary>
    public StepBatch()
        : this(slices: 16, rows: 64, pages: 256)
    {
    }

    /// <summary>Creates an empty batch with room for some slices.</summary>
    /// <param name="slices">Number of slices.</param>
    /// <param name="rows">Their tokens.</param>
    /// <param name="pages">Entries of their page tables.</param>
    public StepBatch(int slices, int rows, int pages)
    {
        _slices = new SequenceSlice[slices];
        _tokens = new int[rows];
        _pages = new int[pages];
    }

    /// <summary>Token ids, one a row.</summary>
    public ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, _rowCount);

    /// <summary>The page tables of all slices, one after another.</summary>
    public ReadOnlySpan<int> Pages => _pages.AsSpan(0, _pageCount);

    public ReadOnlySpan<SequenceSlice> Slices => _slices.AsSpan(0, _sliceCount);

    public int RowCount => _rowCount;

    /// <summary>Rows of logits that the last stage produces.</summary>
    public int LogitRowCount { get; private set; }

    public void Clear() => _rowCount = _pageCount = _sliceCount = LogitRowCount = 0;

    /// <summary>Adds a slice of one sequence; a sequence has at most one slice in a step.</summary>
    /// <param name="tokens">Token ids at positions <paramref name="start"/> and following.</param>
    /// <param name="start">Absolute position of the first token; all earlier positions are in the pages.</param>
    /// <param name="pages">The sequence's page table from position 0 on, covering the slice's last position.</param>
    /// <param name="logits">Which rows produce logits.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no tokens, a position is negative, or the page table does not reach the last token.</exception>
    public void Add(ReadOnlySpan<int> tokens, int start, ReadOnlySpan<int> pages, LogitRows logits)
    {
        // A table that is too short would lead a sequence to the pages of the next one in the step.
        ArgumentOutOfRangeException.ThrowIfZero(tokens.Length, nameof(tokens));
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfLessThan((long)pages.Length * KvLayout.PageTokens, (long)start + tokens.Length, nameof(pages));
        SequenceSlice slice = new(start, tokens.Length, _rowCount, _pageCount, pages.Length, LogitRowCount, logits);
        tokens.CopyTo(Reserve(ref _tokens, _rowCount, tokens.Length));
        pages.CopyTo(Reserve(ref _pages, _pageCount, pages.Length));
        Reserve(ref _slices, _sliceCount, 1)[0] = slice;
        _rowCount += tokens.Length;
        _pageCount += pages.Length;
        _sliceCount++;
        LogitRowCount += slice.LogitCount;
    }

    private static Span<T> Reserve<T>(ref T[] array, int used, int more)
    {
        if (used + more > array.Length)
        {
            Array.Resize(ref array, Math.Max(used + more, array.Length * 2));
        }

        return array.AsSpan(used, more);
    }
}
