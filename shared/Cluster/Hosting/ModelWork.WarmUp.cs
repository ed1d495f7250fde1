using OrleansInference.Cluster.Protocol;
using OrleansInference.Compute;
using OrleansInference.Compute.Devices;
using OrleansInference.Engine.Requests;
using OrleansInference.Engine.Sampling;
using OrleansInference.Engine.Steps;

namespace OrleansInference.Cluster.Hosting;

/// <summary>Steps of no sequence: a chunk of a prompt, and sequences with a token each. The kernels of both are compiled when they are called first, which takes longer than many steps.</summary>
public sealed partial class ModelWork
{
    public void WarmUp(LayerRange layers)
    {
        // Models begin with layers of one kind and end with those of another.
        LayerRange first = new(layers.First, layers.First + 1);
        LayerRange last = new(layers.End - 1, layers.End);
        int rows = Math.Min(KvLayout.PageTokens, model.MaxStepTokens);
        int sequences = Math.Min(DeviceModel.WarmUpPages, rows);
        foreach (Step step in (Step[])[WarmUpStep(1, rows), WarmUpStep(sequences, 1)])
        {
            float[] hidden = new float[step.Batch.RowCount * HiddenWidth];
            Execute(first, step.Batch, hidden);
            if (last != first)
            {
                Execute(last, step.Batch, hidden);
            }

            if (layers.End == model.LayerCount)
            {
                Choose(step, hidden);
            }
        }

        WritePage(first, model.FirstWarmUpPage, ReadPage(first, model.FirstWarmUpPage));
    }

    private Step WarmUpStep(int sequences, int rows)
    {
        Step step = new();
        for (int sequence = 0; sequence < sequences; sequence++)
        {
            SamplingParameters sampling = new() { Temperature = sequence % 2, TopP = 0.9f, Seed = (ulong)sequence };
            SliceOutput output = new(new SequenceSampling(sampling, choice: 0, generated: 0, minTokens: 0, endings: [], history: null)) { LogProbs = 0 };
            step.Add(new int[rows], 0, [model.FirstWarmUpPage + sequence], output);
        }

        return step;
    }
}
