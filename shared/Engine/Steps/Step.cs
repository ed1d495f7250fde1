using System.Runtime.InteropServices;
using OrleansInference.Compute;
using OrleansInference.Engine.KvCache;

namespace OrleansInference.Engine.Steps;

/// <summary>
/// One step on its way through a pipeline: what to compute, and in the end what was chosen. It belongs to whoever holds it last: the router fills it, one
/// stage hands it to the next, the last stage's sink gives it back. Reused, so that a step in steady state allocates nothing.
/// </summary>
/// <param name="slot">Which of the router's steps this is, for the router's own use.</param>
public sealed class Step(int slot)
{
    private readonly List<SliceOutput> _outputs = [];
    private readonly List<PageTransfer> _transfers = [];
    private readonly List<SampledRow> _rows = [];
    private readonly List<(int Slice, Exception Error)> _failures = [];

    public int Slot => slot;

    /// <summary>The plan that the step belongs to; a stage refuses steps of another one.</summary>
    public long Epoch { get; private set; }

    /// <summary>Number of the step within the router's life, from 1.</summary>
    public long Number { get; private set; }

    public StepBatch Batch { get; } = new();

    /// <summary>One for each slice of the batch.</summary>
    public IReadOnlyList<SliceOutput> Outputs => _outputs;

    /// <summary>Page movements that every stage carries out before it computes.</summary>
    public ReadOnlySpan<PageTransfer> Transfers => CollectionsMarshal.AsSpan(_transfers);

    /// <summary>Chosen and measured tokens, by slice and then by position.</summary>
    public ReadOnlySpan<SampledRow> Rows => CollectionsMarshal.AsSpan(_rows);

    /// <summary>Slices whose logits no token could be chosen from.</summary>
    public IReadOnlyList<(int Slice, Exception Error)> Failures => _failures;

    /// <summary>When the router handed it out: a timestamp of its clock.</summary>
    public long Started { get; private set; }

    /// <summary>Starts over.</summary>
    public void Clear(long epoch, long number, long now)
    {
        Epoch = epoch;
        Number = number;
        Started = now;
        Batch.Clear();
        _outputs.Clear();
        _transfers.Clear();
        _rows.Clear();
        _failures.Clear();
    }

    /// <summary>Adds a sequence's slice with what is to be done with its logits.</summary>
    public void Add(ReadOnlySpan<int> tokens, int start, ReadOnlySpan<int> pages, in SliceOutput output)
    {
        LogitRows rows = output.Measured || output.Guesses > 0 ? LogitRows.All : output.Sampling is null ? LogitRows.None : LogitRows.Last;
        Batch.Add(tokens, start, pages, rows);
        _outputs.Add(output);
    }

    internal void Transfer(ReadOnlySpan<PageTransfer> transfers) => _transfers.AddRange(transfers);

    public void Report(in SampledRow row) => _rows.Add(row);

    public void Fail(int slice, Exception error) => _failures.Add((slice, error));
}
