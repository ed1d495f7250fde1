using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Cluster.Stage.Rates;
using OrleansInference.Models;

namespace OrleansInference.Cluster.Stage;

/// <summary>Computes the device's layers of a step, measures the time, and turns an exception into the step's outcome.</summary>
internal sealed class StepRunner(IStageWork work, StagePages pages, StagePlan plan, Func<TimeSpan> clock, StageCounters counters)
{
    /// <summary>Called with the number of a step whose computation failed.</summary>
    public Action<long, Exception>? StepFailed { get; set; }

    /// <summary>Learns the device's rate from the steps; null if it is not needed.</summary>
    public DeviceRate? Rate { get; set; }

    /// <param name="step">The step.</param>
    /// <param name="arrived">When it arrived, by the clock.</param>
    /// <param name="begun">When its computation began, by the clock.</param>
    /// <returns>The result for the router, or for the next stage if there is one.</returns>
    public ControlMessage Run(StepForward step, TimeSpan arrived, TimeSpan begun)
    {
        StepContent content = step.Content;
        float[] hidden = HiddenOf(step);
        InferenceException? failure = step.Failure;
        StepResult? result = failure is null ? TryCompute(content, hidden, out failure) : null;
        if (failure is not null)
        {
            pages.ForgetWritten(plan.Layers, content.Batch);
        }

        if (!plan.IsLast)
        {
            return new StepForward(content, hidden, step.Completed, Measure(step, arrived, begun)) { Delta = step.Delta, Failure = failure, Traces = step.Traces };
        }

        HiddenBuffers.Return(hidden);
        return new StepDone(plan.Epoch, content.Number, result ?? FailedWith(failure!, content), Measure(step, arrived, begun));
    }

    /// <summary>Computes a step. Any exception is the step's outcome: it ends the step's sequences, and those of other steps continue.</summary>
    /// <returns>The sampled tokens; null if this is not the last stage, or the computation failed.</returns>
    private StepResult? TryCompute(StepContent content, float[] hidden, out InferenceException? failure)
    {
        try
        {
            pages.Execute(plan.Layers, content.Batch, hidden);
            pages.OnWritten(plan.Layers, content.Batch);
            failure = null;
            return plan.IsLast ? work.Choose(content, hidden) : null;
        }
        catch (Exception error)
        {
            StepFailed?.Invoke(content.Number, error);
            ErrorCode code = error is OutOfMemoryException ? ErrorCode.OutOfMemory : ErrorCode.Internal;
            failure = error as InferenceException ?? new InferenceException(code, $"Computing step {content.Number} failed: {error.Message}", inner: error);

            // A stage of an earlier version does not read the failure; it chooses no token from these.
            Array.Fill(hidden, float.NaN);
            return null;
        }
    }

    private static StepResult FailedWith(InferenceException failure, StepContent content) => new([], [.. content.Outputs.Select((_, slice) => (slice, (Exception)failure))]);

    private StageTimes Measure(StepForward step, TimeSpan arrived, TimeSpan begun)
    {
        TimeSpan ended = clock();
        TimeSpan computing = ended - begun;
        TimeSpan waiting = begun - arrived;
        counters.Computed(computing, waiting);
        Rate?.Computed(plan.Layers, step.Content.Batch, computing, ended);
        return step.Times.After(computing, waiting);
    }

    /// <summary>The buffer that the step's layers overwrite. No message refers to it: the array of a message that did not come over the wire may be sent again by its sender.</summary>
    private float[] HiddenOf(StepForward step)
    {
        if (step.Received && step.Hidden.Length > 0)
        {
            return step.Hidden;
        }

        float[] hidden = HiddenBuffers.Rent(step.Content.Batch.RowCount * work.HiddenWidth); // [rows, width]
        if (step.Hidden.Length == 0)
        {
            Array.Clear(hidden);
        }
        else
        {
            step.Hidden.CopyTo(hidden, 0);
        }

        return hidden;
    }
}
