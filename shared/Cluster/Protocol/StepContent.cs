using OrleansInference.Compute;
using OrleansInference.Engine.KvCache;
using OrleansInference.Engine.Steps;

namespace OrleansInference.Cluster.Protocol;

/// <summary>Content of a step on the wire: a copy, so that the router can reuse its own step. Sampling state that the last stage appends stays in the copy.</summary>
public sealed record StepContent(long Epoch, long Number, StepBatch Batch, SliceOutput[] Outputs, PageTransfer[] Transfers)
{
    public static StepContent Of(Step step)
    {
        StepBatch batch = new();
        SliceOutput[] outputs = new SliceOutput[step.Outputs.Count];
        ReadOnlySpan<SequenceSlice> slices = step.Batch.Slices;
        for (int i = 0; i < outputs.Length; i++)
        {
            SequenceSlice slice = slices[i];
            batch.Add(
                step.Batch.Tokens.Slice(slice.FirstRow, slice.Count), slice.Start, step.Batch.Pages.Slice(slice.FirstPage, slice.PageCount), slice.Logits);
            outputs[i] = step.Outputs[i] with { Sampling = step.Outputs[i].Sampling?.Copy() };
        }

        return new StepContent(step.Epoch, step.Number, batch, outputs, step.Transfers.ToArray());
    }

    /// <summary>Copies it into a reused step for sampling, without its transfers.</summary>
    public void Fill(Step step)
    {
        step.Clear(Epoch, Number, 0);
        ReadOnlySpan<SequenceSlice> slices = Batch.Slices;
        for (int index = 0; index < Outputs.Length; index++)
        {
            SequenceSlice slice = slices[index];
            step.Add(Batch.Tokens.Slice(slice.FirstRow, slice.Count), slice.Start, Batch.Pages.Slice(slice.FirstPage, slice.PageCount), Outputs[index]);
        }
    }
}
