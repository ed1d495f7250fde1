namespace OrleansInference.Engine.Steps;

/// <summary>What the last stage makes of a step.</summary>
/// <param name="Rows">Chosen and measured tokens, by slice and then by position.</param>
/// <param name="Failures">Slices that could not be computed, or whose logits no token could be chosen from.</param>
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

/// <summary>Why a slice of a step gives no further tokens.</summary>
/// <param name="Slice">Index of the slice in the step.</param>
/// <param name="Error">The cause.</param>
public readonly record struct SliceFailure(int Slice, Exception Error);
