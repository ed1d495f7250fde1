using System.Runtime.InteropServices;
using OrleansInference.Compute;
using OrleansInference.Engine.KvCache;

namespace OrleansInference.Engine.Steps;

/// <summary>
/// One step of a pipeline: the work of its stages. The router reuses its own object and sends an immutable copy (<see cref="Copy"/>), because stages may still read the copy when the
/// router fills the original again. The sampled tokens are returned as a <see cref="StepResult"/>.
/// </summary>
public sealed class Step
{
    private readonly List<PageTransfer> _transfers;
    private readonly List<SliceOutput> _outputs;

    /// <summary>Creates an empty step, which grows as slices are added.</summary>
    public Step()
    {
        _transfers = [];
        _outputs = [];
        Batch = new StepBatch();
    }

    /// <summary>Creates an empty step of a known size, which needs no more memory than its contents.</summary>
    /// <param name="epoch">Epoch of the plan.</param>
    /// <param name="number">Number of the step.</param>
    /// <param name="slices">Number of slices.</param>
    /// <param name="rows">Number of rows of these slices.</param>
    /// <param name="pages">Number of entries of their page tables.</param>
    public Step(long epoch, long number, int slices, int rows, int pages)
    {
        Epoch = epoch;
        Number = number;
        _transfers = [];
        _outputs = new List<SliceOutput>(slices);
        Batch = new StepBatch(slices, rows, pages);
    }

    /// <summary>Epoch of the plan that the step belongs to. A stage refuses steps of another plan.</summary>
    public long Epoch { get; private set; }

    /// <summary>Number of the step within the activation of the router, from 1.</summary>
    public long Number { get; private set; }

    /// <summary>The slices of the sequences that take part.</summary>
    public StepBatch Batch { get; }

    /// <summary>One output for each slice of the batch.</summary>
    public ReadOnlySpan<SliceOutput> Outputs => CollectionsMarshal.AsSpan(_outputs);

    /// <summary>Page transfers that every stage carries out before it computes.</summary>
    public ReadOnlySpan<PageTransfer> Transfers => CollectionsMarshal.AsSpan(_transfers);

    /// <summary>Clears the step and sets its epoch and number.</summary>
    public void Clear(long epoch, long number)
    {
        Epoch = epoch;
        Number = number;
        Batch.Clear();
        _outputs.Clear();
        _transfers.Clear();
    }

    /// <summary>Adds a sequence's slice, with logits of those rows that its output needs.</summary>
    public void Add(ReadOnlySpan<int> tokens, int start, ReadOnlySpan<int> pages, in SliceOutput output) => Add(tokens, start, pages, output.Rows, output);

    /// <summary>Adds a sequence's slice.</summary>
    /// <inheritdoc cref="StepBatch.Add" path="/param"/>
    /// <param name="output">Work of the stages in addition to computing the slice.</param>
    public void Add(ReadOnlySpan<int> tokens, int start, ReadOnlySpan<int> pages, LogitRows logits, in SliceOutput output)
    {
        Batch.Add(tokens, start, pages, logits);
        _outputs.Add(output);
    }

    public void Transfer(ReadOnlySpan<PageTransfer> transfers) => _transfers.AddRange(transfers);

    /// <summary>Copies the step for sending. The original may be filled again, and tokens that are appended to its sampling state do not change the copy.</summary>
    public Step Copy()
    {
        Step copy = new(Epoch, Number, Batch.Slices.Length, Batch.RowCount, Batch.Pages.Length);
        copy.Transfer(Transfers);
        ReadOnlySpan<SliceOutput> outputs = Outputs;
        for (int i = 0; i < outputs.Length; i++)
        {
            SequenceSlice slice = Batch.Slices[i];
            SliceOutput output = outputs[i] with { Sampling = outputs[i].Sampling?.Copy() };
            copy.Add(Batch.Tokens.Slice(slice.FirstRow, slice.Count), slice.Start, Batch.Pages.Slice(slice.FirstPage, slice.PageCount), slice.Logits, output);
        }

        return copy;
    }
}
