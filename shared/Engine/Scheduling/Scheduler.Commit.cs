using OrleansInference.Engine.Requests;
using OrleansInference.Engine.Steps;
using OrleansInference.Models;

namespace OrleansInference.Engine.Scheduling;

/// <summary>From a step's results to the sequences' logs, and the ways in which sequences and requests end.</summary>
internal sealed partial class Scheduler
{
    private void Commit(ScheduledStep scheduled, int slice)
    {
        Sequence sequence = scheduled.Sequences[slice];
        RoutedRequest request = sequence.Request;
        sequence.RowsInFlight -= scheduled.Step.Batch.Slices[slice].Count;
        scheduled.SkipRows(slice);
        if (request.HasEnded(sequence.Choice))
        {
            Release(sequence);
        }
        else if (FailureOf(scheduled.Step, slice, request.Request.RequestId) is { } failure)
        {
            Finish(request, failure);
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
        if (output.Measured && request.MeasuredTokens == 0)
        {
            Publish(request, 0, request.Request.Prompt.Span[0], float.NaN, []);
        }

        for (; scheduled.NextRow < step.Rows.Length && step.Rows[scheduled.NextRow].Slice == slice; scheduled.NextRow++)
        {
            SampledRow row = step.Rows[scheduled.NextRow];
            if (row.Position < sequence.Log.Length)
            {
                PublishMeasured(request, row);
            }
            else if (finish == FinishReason.None)
            {
                chosen++;
                finish = sequence.Append(row.Token);
                TokenEvent token = new(sequence.Choice, sequence.Generated - 1, row.Token, finish) { LogProb = row.LogProb, Top = row.Top };
                request.Sink.Publish(token);
            }
        }

        // The last chosen token is not computed yet; of the guesses, those are that were chosen.
        int computed = Math.Min(known + Math.Max(0, chosen - 1), sequence.Log.Length - first);
        _pages.Commit(sequence.Pages, sequence.Log.Slice(first, computed));
        Charge(sequence, chosen);
        if (output.Guesses > 0)
        {
            sequence.Speculation.Observe(output.Guesses, chosen - 1);
            _counters.Guessed(output.Guesses, chosen - 1);
        }

        if (sequence.Computed >= request.PromptLength)
        {
            BearOthers(request);
        }

        if (finish != FinishReason.None)
        {
            End(request, sequence.Choice);
        }
    }

    private void Charge(Sequence sequence, int generated)
    {
        int prompt = Math.Max(0, Math.Min(sequence.Computed, sequence.Request.PromptLength) - sequence.Charged);
        sequence.Charged = Math.Max(sequence.Charged, sequence.Computed);
        _tenants.Charge(sequence.Tenant, prompt, generated);
        _counters.Computed(prompt, generated);
    }

    private static void PublishMeasured(RoutedRequest request, in SampledRow row)
    {
        if (row.Position >= request.MeasuredTokens)
        {
            Publish(request, row.Position, row.Token, row.LogProb, row.Top);
        }
    }

    /// <summary>The prompt's log-probabilities are those of all choices.</summary>
    private static void Publish(RoutedRequest request, int position, int token, float logProb, TokenLogProb[] top)
    {
        for (int choice = 0; choice < request.Request.Choices; choice++)
        {
            request.Sink.Publish(new TokenEvent(choice, position - request.PromptLength, token, FinishReason.None) { LogProb = logProb, Top = top });
        }

        request.MeasuredTokens = position + 1;
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

    /// <summary>Lets the other choices follow the first one, which has computed the prompt or will not.</summary>
    private static void BearOthers(RoutedRequest request)
    {
        while (request.PendingChoices > 0 && request.StartNextChoice() is { } sequence)
        {
            Enqueue(sequence);
        }
    }

    private void End(RoutedRequest request, int choice)
    {
        if (!request.End(choice))
        {
            return;
        }

        if (request.Open == 0)
        {
            Finish(request, null);
            return;
        }

        if (request.Sequences[choice] is { } sequence)
        {
            Release(sequence);
            BearOthers(request);
        }
    }

    private void Finish(RoutedRequest request, Exception? error)
    {
        if (!_requests.Remove(request))
        {
            return;
        }

        for (int choice = 0; choice < request.Request.Choices; choice++)
        {
            request.End(choice);
            if (request.Sequences[choice] is { } sequence)
            {
                Release(sequence);
            }
        }

        LeaveQueue(request);
        _tenants.Leave(request.Tenant, _time.GetTimestamp());
        request.Sink.Complete(error);
        CountSequences();
    }

    /// <summary>Takes an ended sequence out of the queue or the steps. One that a step under way computes goes when it comes back: until then its pages are written.</summary>
    private void Release(Sequence sequence)
    {
        if (sequence.InFlight)
        {
            return;
        }

        if (!sequence.Tenant.Dequeue(sequence) && _running.Remove(sequence))
        {
            sequence.Tenant.Running--;
        }

        _pages.Release(sequence.Pages);
    }
}
