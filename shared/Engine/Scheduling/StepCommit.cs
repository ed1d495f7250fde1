using OrleansInference.Engine.KvCache;
using OrleansInference.Engine.Requests;
using OrleansInference.Engine.Steps;
using OrleansInference.Models;

namespace OrleansInference.Engine.Scheduling;

/// <summary>Commits the steps that come back: learns from their times, appends the chosen tokens to the sequences' logs, and ends what is finished.</summary>
internal sealed class StepCommit(
    StepTimeModel stepTime, StepSlots slots, OpenRequests requests, TenantTable tenants, PageAllocator pages, EngineCounters counters, TimeProvider time)
{
    private long _last = long.MinValue / 2; // timestamp of the last commit

    public void Commit(ScheduledStep scheduled)
    {
        Observe(scheduled);
        for (int slice = 0; slice < scheduled.Sequences.Count; slice++)
        {
            Commit(scheduled, slice);
        }

        pages.Published.ConfirmRestores(scheduled.LastRestore);
        counters.Step();
    }

    /// <summary>
    /// Learns the time of a step. With several in flight, a step has waited for those before it; it follows the step before it by at least its own time on
    /// one stage.
    /// </summary>
    private void Observe(ScheduledStep scheduled)
    {
        long now = time.GetTimestamp();
        double seconds = time.GetElapsedTime(scheduled.Step.Started, now).TotalSeconds;
        double spacing = time.GetElapsedTime(_last, now).TotalSeconds;
        _last = now;
        counters.StepTook(TimeSpan.FromSeconds(seconds));
        stepTime.Observe(scheduled.Load, Math.Min(seconds, spacing * slots.Depth));
    }

    private void Commit(ScheduledStep scheduled, int slice)
    {
        Sequence sequence = scheduled.Sequences[slice];
        RoutedRequest request = sequence.Request;
        sequence.RowsInFlight -= scheduled.Step.Batch.Slices[slice].Count;
        scheduled.SkipRows(slice);
        if (request.HasEnded(sequence.Choice))
        {
            requests.Release(sequence);
        }
        else if (FailureOf(scheduled.Step, slice, request.Request.RequestId) is { } failure)
        {
            requests.Finish(request, failure);
        }
        else
        {
            Commit(sequence, scheduled, slice);
        }
    }

    private void Commit(Sequence sequence, ScheduledStep scheduled, int slice)
    {
        Step step = scheduled.Step;
        RoutedRequest request = sequence.Request;
        SliceOutput output = step.Outputs[slice];
        int known = step.Batch.Slices[slice].Count - output.Guesses; // tokens of the slice that were in the log
        int first = sequence.Computed;
        int chosen = 0;
        FinishReason finish = FinishReason.None;
        if (output.Measured)
        {
            request.PublishMeasured(0, request.Request.Prompt.Span[0], float.NaN, []); // nothing comes before it that could be measured
        }

        for (; scheduled.NextRow < step.Rows.Length && step.Rows[scheduled.NextRow].Slice == slice; scheduled.NextRow++)
        {
            SampledRow row = step.Rows[scheduled.NextRow];
            if (row.Position < sequence.Log.Length)
            {
                request.PublishMeasured(row.Position, row.Token, row.LogProb, row.Top);
            }
            else if (finish == FinishReason.None)
            {
                chosen++;
                finish = sequence.Append(row.Token);
                TokenEvent token = new(sequence.Choice, sequence.Generated - 1, row.Token, finish) { LogProb = row.LogProb, Top = row.Top };
                request.Sink.Publish(token);
                request.TokenAt(_last);
            }
        }

        // The last chosen token is not computed yet. A guess is computed if it was chosen.
        int computed = Math.Min(known + Math.Max(0, chosen - 1), sequence.Log.Length - first);
        pages.Commit(sequence.Pages, sequence.Log.Slice(first, computed));
        Charge(sequence, chosen);
        if (output.Guesses > 0)
        {
            sequence.Speculation.Observe(output.Guesses, chosen - 1);
            counters.Guessed(output.Guesses, chosen - 1);
        }

        if (sequence.Computed >= request.PromptLength)
        {
            OpenRequests.StartPendingChoices(request);
        }

        if (finish != FinishReason.None)
        {
            requests.End(request, sequence.Choice);
        }
    }

    private void Charge(Sequence sequence, int generated)
    {
        int prompt = Math.Max(0, Math.Min(sequence.Computed, sequence.Request.PromptLength) - sequence.Charged);
        sequence.Charged = Math.Max(sequence.Charged, sequence.Computed);
        tenants.Charge(sequence.Tenant, prompt, generated);
        counters.Computed(prompt, generated);
    }

    private static InferenceException? FailureOf(Step step, int slice, string requestId)
    {
        Exception? error = null;
        foreach ((int failed, Exception cause) in step.Failures)
        {
            error ??= failed == slice ? cause : null;
        }

        return error switch
        {
            null => null,
            InferenceException known => known,
            OutOfMemoryException => new InferenceException(ErrorCode.OutOfMemory, $"Computing request '{requestId}' failed: {error.Message}", inner: error),
            _ => new InferenceException(ErrorCode.Internal, $"Computing request '{requestId}' failed: {error.Message}", inner: error),
        };
    }
}
