using OrleansInference.Compute;
using OrleansInference.Engine.Steps;

namespace OrleansInference.Simulation.Scale;

/// <summary>What a step asks of a stage, as far as its time depends on it.</summary>
/// <param name="Rows">Tokens to compute.</param>
/// <param name="Attended">Tokens whose keys and values are read: for each slice once, however many rows it has.</param>
/// <param name="Products">Pairs of a row and a token that it looks at.</param>
internal readonly record struct StepShape(int Rows, double Attended, double Products)
{
    public static StepShape Of(Step step)
    {
        double attended = 0, products = 0;
        foreach (SequenceSlice slice in step.Batch.Slices)
        {
            attended += slice.Start + slice.Count;
            products += slice.Count * (slice.Start + ((slice.Count + 1) / 2.0));
        }

        return new StepShape(step.Batch.RowCount, attended, products);
    }
}
