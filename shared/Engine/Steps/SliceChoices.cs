using OrleansInference.Models;

namespace OrleansInference.Engine.Steps;

/// <summary>What was chosen for one slice of a step, until the step takes it in the order of its slices.</summary>
internal sealed class SliceChoices
{
    public List<SampledRow> Rows { get; } = [];

    /// <summary>Why no further token could be chosen.</summary>
    public InferenceException? Error { get; set; }

    public void Clear()
    {
        Rows.Clear();
        Error = null;
    }

    public void MoveTo(Step step, int slice)
    {
        foreach (SampledRow row in Rows)
        {
            step.Report(row);
        }

        if (Error is not null)
        {
            step.Fail(slice, Error);
        }
    }
}
