using OrleansInference.Compute;
using OrleansInference.Engine.Steps;

namespace OrleansInference.Simulation.Scale;

/// <summary>Properties of a step that determine a stage's time.</summary>
/// <param name="Rows">Number of tokens to compute.</param>
/// <param name="Attended">Number of tokens whose keys and values are read: once for each slice, regardless of its rows.</param>
/// <param name="Products">Number of pairs of a row and an attended token.</param>
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
