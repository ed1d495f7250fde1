using OrleansInference.Engine.KvCache;
using OrleansInference.Engine.Requests;
using OrleansInference.Engine.Steps;
using OrleansInference.Models;

namespace OrleansInference.Engine.Scheduling;

/// <summary>Commits completed steps: updates the time model, appends the sampled tokens to the sequences' logs, and ends finished choices and requests.</summary>
internal sealed class StepCommit(
    StepTimeModel stepTime, StepSlots slots, OpenRequests requests, TenantTable tenants, PageAllocator pages, EngineCounters counters, TimeProvider time)
{
    private long _last = long.MinValue / 2; // timestamp of the last commit

    public void Commit(ScheduledStep scheduled, StepResult result)
    {
        Observe(scheduled);
        ReadOnlySpan<SampledRow> rows = result.Rows;
        for (int slice = 0; slice < scheduled.Sequences.Count; slice++)
        {
            int count = CountRows(rows, slice);
            Commit(scheduled, slice, rows[..count], result.Failures);
            rows = rows[count..];
        }

        pages.Published.ConfirmRestores(scheduled.LastRestore);
        counters.Figures.Steps++;
    }

    /// <summary>
    /// Updates the time model with a step. With several steps in flight, a step has waited for those before it. It completes after the previous step by at least its own time on one
    /// stage.
    /// </summary>
    private void Observe(ScheduledStep scheduled)
    {
        long now = time.GetTimestamp();
        double seconds = time.GetElapsedTime(scheduled.Started, now).TotalSeconds;
        double spacing = time.GetElapsedTime(_last, now).TotalSeconds;
        _last = now;
        counters.Figures.StepTime += TimeSpan.FromSeconds(seconds);
        stepTime.Observe(scheduled.Load, Math.Min(seconds, spacing * slots.Depth));
    }

    private void Commit(ScheduledStep scheduled, int slice, ReadOnlySpan<SampledRow> rows, SliceFailure[] failures)
    {
        Sequence sequence = scheduled.Sequences[slice];
        RoutedRequest request = sequence.Request;
        sequence.RowsInFlight -= scheduled.Step.Batch.Slices[slice].Count;
        if (request.HasEnded(sequence.Choice))
        {
            requests.Release(sequence);
        }
        else if (FailureOf(failures, slice, request.Request.RequestId) is { } failure)
        {
            requests.Finish(request, failure);
        }
        else
        {
            Commit(sequence, scheduled.Step, slice, rows);
        }
    }

    private void Commit(Sequence sequence, Step step, int slice, ReadOnlySpan<SampledRow> rows)
    {
        RoutedRequest request = sequence.Request;
        SliceOutput output = step.Outputs[slice];
        int known = step.Batch.Slices[slice].Count - output.Guesses; // number of tokens of the slice that were in the log
        int first = sequence.Computed;
        int chosen = 0;
        FinishReason finish = FinishReason.None;
        if (output.Measured)
        {
            request.PublishMeasured(0, request.Request.Prompt.Span[0], float.NaN, []); // the first token has no log-probability
        }

        foreach (SampledRow row in rows)
        {
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

        // The last sampled token is not computed yet. A guess is computed if it was accepted.
        int computed = Math.Min(known + Math.Max(0, chosen - 1), sequence.Log.Length - first);
        pages.Commit(sequence.Pages, sequence.Log.Slice(first, computed));
        Charge(sequence, chosen);
        if (output.Guesses > 0)
        {
            sequence.Speculation.Observe(output.Guesses, chosen - 1);
            counters.Figures.GuessedTokens += output.Guesses;
            counters.Figures.AcceptedTokens += chosen - 1;
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
        counters.Figures.PromptTokens += prompt;
        counters.Figures.GeneratedTokens += generated;
    }

    /// <summary>Returns the number of leading rows that belong to a slice.</summary>
    private static int CountRows(ReadOnlySpan<SampledRow> rows, int slice)
    {
        int count = 0;
        while (count < rows.Length && rows[count].Slice == slice)
        {
            count++;
        }

        return count;
    }

    private static InferenceException? FailureOf(SliceFailure[] failures, int slice, string requestId)
    {
        Exception? error = null;
        foreach ((int failed, Exception cause) in failures)
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
