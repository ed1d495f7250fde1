using OrleansInference.Compute;
using OrleansInference.Engine.KvCache;
using OrleansInference.Engine.Steps;

namespace OrleansInference.Cluster.Protocol;

/// <summary>A step as it travels: a copy that the router's own step may change behind. What the last stage appends to the sampling stays in the copy.</summary>
internal sealed record StepContent(long Epoch, long Number, StepBatch Batch, SliceOutput[] Outputs, PageTransfer[] Transfers)
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

    /// <summary>Makes a step of it that is used again, to sample: without its transfers.</summary>
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
