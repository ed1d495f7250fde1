namespace OrleansInference.Engine.Steps;

/// <summary>The result of a step, from the last stage.</summary>
/// <param name="Rows">Sampled and measured tokens, by slice and then by position.</param>
/// <param name="Failures">Slices that could not be computed, or from whose logits no token could be sampled.</param>
public sealed record StepResult(SampledRow[] Rows, SliceFailure[] Failures)
{
    /// <summary>The result of a step that could not be computed.</summary>
    public static StepResult Failed(Step step, Exception error)
    {
        SliceFailure[] failures = new SliceFailure[step.Outputs.Length];
        for (int slice = 0; slice < failures.Length; slice++)
        {
            failures[slice] = new SliceFailure(slice, error);
        }

        return new StepResult([], failures);
    }
}

/// <summary>Failure of a slice of a step, which gives no further tokens.</summary>
/// <param name="Slice">Index of the slice in the step.</param>
/// <param name="Error">The cause.</param>
public readonly record struct SliceFailure(int Slice, Exception Error);
