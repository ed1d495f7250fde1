using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Cluster.Stage.Rates;
using OrleansInference.Engine.Steps;
using OrleansInference.Models;

namespace OrleansInference.Cluster.Stage;

/// <summary>Computes the device's layers of a step, measures the time, and turns an exception into the step's outcome.</summary>
internal sealed class StepRunner(IStageWork work, StagePages pages, StagePlan plan, Func<TimeSpan> clock, StageCounters counters)
{
    /// <summary>Called with the number of a step whose computation failed.</summary>
    public Action<long, Exception>? StepFailed { get; set; }

    /// <summary>Derives the device's rate from the steps; null if it is not needed.</summary>
    public DeviceRate? Rate { get; set; }

    /// <param name="message">The step.</param>
    /// <param name="arrived">Time of its arrival, by the clock.</param>
    /// <param name="begun">Start of its computation, by the clock.</param>
    /// <returns>The result for the router, or for the next stage if there is one.</returns>
    public ControlMessage Run(StepForward message, TimeSpan arrived, TimeSpan begun)
    {
        Step step = message.Step;
        float[] hidden = HiddenOf(message);
        InferenceException? failure = message.Failure;
        StepResult? result = failure is null ? TryCompute(step, hidden, out failure) : null;
        if (failure is not null)
        {
            pages.ForgetWritten(plan.Layers, step.Batch);
        }

        if (!plan.IsLast)
        {
            return new StepForward(step, hidden, message.Completed, Measure(message, arrived, begun)) { Delta = message.Delta, Failure = failure, Traces = message.Traces };
        }

        HiddenBuffers.Return(hidden);
        return new StepDone(plan.Epoch, step.Number, result ?? StepResult.Failed(step, failure!), Measure(message, arrived, begun));
    }

    /// <summary>Computes a step. Any exception becomes the outcome of the step: the step's sequences end, and those of other steps continue.</summary>
    /// <returns>The sampled tokens; null if this is not the last stage, or the computation failed.</returns>
    private StepResult? TryCompute(Step step, float[] hidden, out InferenceException? failure)
    {
        try
        {
            pages.Execute(plan.Layers, step.Batch, hidden);
            pages.OnWritten(plan.Layers, step.Batch);
            failure = null;
            return plan.IsLast ? work.Choose(step, hidden) : null;
        }
        catch (Exception error)
        {
            StepFailed?.Invoke(step.Number, error);
            ErrorCode code = error is OutOfMemoryException ? ErrorCode.OutOfMemory : ErrorCode.Internal;
            failure = error as InferenceException ?? new InferenceException(code, $"Computing step {step.Number} failed: {error.Message}", inner: error);

            // A stage of an earlier version does not read the failure. It samples no token from NaN.
            Array.Fill(hidden, float.NaN);
            return null;
        }
    }

    private StageTimes Measure(StepForward message, TimeSpan arrived, TimeSpan begun)
    {
        TimeSpan ended = clock();
        TimeSpan computing = ended - begun;
        TimeSpan waiting = begun - arrived;
        counters.Computed(computing, waiting);
        Rate?.Computed(plan.Layers, message.Step.Batch, computing, ended);
        return message.Times.After(computing, waiting);
    }

    /// <summary>
    /// Returns the buffer that the step's layers overwrite. No other message may refer to it: the array of a message that was not received over the wire may be sent again by its
    /// sender.
    /// </summary>
    private float[] HiddenOf(StepForward message)
    {
        if (message.Received && message.Hidden.Length > 0)
        {
            return message.Hidden;
        }

        float[] hidden = HiddenBuffers.Rent(message.Step.Batch.RowCount * work.HiddenWidth); // [rows, width]
        if (message.Hidden.Length == 0)
        {
            Array.Clear(hidden);
        }
        else
        {
            message.Hidden.CopyTo(hidden, 0);
        }

        return hidden;
    }
}
