using OrleansInference.Cluster.Protocol;
using OrleansInference.Compute;
using OrleansInference.Compute.Devices;
using OrleansInference.Engine.Requests;
using OrleansInference.Engine.Sampling;
using OrleansInference.Engine.Steps;

namespace OrleansInference.Cluster.Hosting;

/// <summary>
/// Warm-up steps without a sequence: a chunk of a prompt, and sequences with one token each. The first call of each kernel compiles it, which takes longer than
/// many steps.
/// </summary>
public sealed partial class ModelWork
{
    public void WarmUp(LayerRange layers)
    {
        // Models start with layers of one kind and end with those of another.
        LayerRange first = new(layers.First, layers.First + 1);
        LayerRange last = new(layers.End - 1, layers.End);
        int rows = Math.Min(KvLayout.PageTokens, model.MaxStepTokens);
        int sequences = Math.Min(DeviceModel.WarmUpPages, rows);
        foreach (StepContent content in (StepContent[])[WarmUpStep(1, rows), WarmUpStep(sequences, 1)])
        {
            float[] hidden = new float[content.Batch.RowCount * HiddenWidth];
            Execute(first, content.Batch, hidden);
            if (last != first)
            {
                Execute(last, content.Batch, hidden);
            }

            if (layers.End == model.LayerCount)
            {
                Choose(content, hidden);
            }
        }

        WritePage(first, model.FirstWarmUpPage, ReadPage(first, model.FirstWarmUpPage));
    }

    private StepContent WarmUpStep(int sequences, int rows)
    {
        StepBatch batch = new();
        SliceOutput[] outputs = new SliceOutput[sequences];
        for (int sequence = 0; sequence < sequences; sequence++)
        {
            SamplingParameters sampling = new() { Temperature = sequence % 2, TopP = 0.9f, Seed = (ulong)sequence };
            batch.Add(new int[rows], 0, [model.FirstWarmUpPage + sequence], LogitRows.Last);
            outputs[sequence] = new SliceOutput(new SequenceSampling(sampling, choice: 0, generated: 0, minTokens: 0, endings: [], history: null)) { LogProbs = 0 };
        }

        return new StepContent(0, 0, batch, outputs, []);
    }
}
