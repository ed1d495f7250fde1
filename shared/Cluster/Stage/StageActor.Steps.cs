using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Compute;
using OrleansInference.Engine.KvCache;
using OrleansInference.Models;

namespace OrleansInference.Cluster.Stage;

/// <summary>Steps: in the order of their numbers, each once, none of another epoch. What is asked for again is sent again, not computed again.</summary>
internal sealed partial class StageActor
{
    private readonly Dictionary<long, (StepForward Step, TimeSpan Arrived)> _early = [];
    private readonly Dictionary<long, (Address To, ControlMessage Message)> _sent = []; // until the router has the steps back
    private long _expected = 1;
    private long _forgotten;
    private long _transferred; // the last step whose page transfers were carried out

    /// <summary>The last step that was computed.</summary>
    public long LastStep => _expected - 1;

    private void ResetSteps(long firstStep)
    {
        _early.Clear();
        _sent.Clear();
        _expected = firstStep;
        _forgotten = _transferred = firstStep - 1;
    }

    private void Take(StepForward step, TimeSpan arrived)
    {
        long number = step.Content.Number;
        if (!Runs || step.Content.Epoch != Epoch)
        {
            return;
        }

        if (_told)
        {
            Refuse(Router);
            return;
        }

        if (_spoilt.Length > 0)
        {
            ReportSpoilt();
            return;
        }

        if (number < _expected)
        {
            if (_sent.TryGetValue(number, out var sent))
            {
                _port.Send(sent.To, sent.Message);
            }

            return;
        }

        _early[number] = (step, arrived);
        while (_early.Remove(_expected, out var next))
        {
            // Pages that the step goes on from may be among those that are copied.
            CarryOut(next.Step.Content.Transfers);
            _transferred = _expected;
            if (!Adopt(next.Step.Content))
            {
                ReportSpoilt();
                return;
            }

            Compute(next.Step, next.Arrived);
            _expected++;
            Forget(next.Step.Completed);
        }
    }

    private void Compute(StepForward step, TimeSpan arrived)
    {
        TimeSpan begun = _clock();
        StepContent content = step.Content;
        if (_expected == _join!.FirstStep)
        {
            // From here on the contents are those of this epoch alone, and nothing is replayed any more.
            ResetReplays();
            _held.Clear();
            _held.Add(Epoch);
            _lacking = 0;
            _journals.Settle();
            Keep(Layers, _arrivals?.Layers ?? default);
        }

        Note(step);
        float[] hidden = HiddenOf(step);
        InferenceException? failure = step.Failure;
        StepResult? result = failure is null ? TryCompute(content, hidden, out failure) : null;
        if (failure is not null)
        {
            ForgetWritten(content.Batch);
        }

        if (IsLast)
        {
            Send(content.Number, OwnRouter, new StepDone(Epoch, content.Number, result ?? FailedWith(failure!, content), Measure(step, arrived, begun)));
            HiddenBuffers.Return(hidden);
        }
        else
        {
            Send(content.Number, Next, new StepForward(content, hidden, step.Completed, Measure(step, arrived, begun)) { Delta = step.Delta, Failure = failure });
        }
    }

    /// <summary>Computes a step. Whatever that fails with is the step's outcome: its sequences end with it, and those of other steps go on.</summary>
    /// <returns>What was chosen; null where this is not the last stage, or where computing failed.</returns>
    private StepResult? TryCompute(StepContent content, float[] hidden, out InferenceException? failure)
    {
        try
        {
            _journals.Execute(_work, Layers, content.Batch, hidden);
            NoteWritten(Layers, content.Batch);
            failure = null;
            return IsLast ? _work.Choose(content, hidden) : null;
        }
        catch (Exception error)
        {
            StepFailed?.Invoke(content.Number, error);
            ErrorCode code = error is OutOfMemoryException ? ErrorCode.OutOfMemory : ErrorCode.Internal;
            failure = error as InferenceException ?? new InferenceException(code, $"Computing step {content.Number} failed: {error.Message}", inner: error);

            // A stage of an earlier version, which does not look at the failure, chooses no token from these.
            Array.Fill(hidden, float.NaN);
            return null;
        }
    }

    private static StepResult FailedWith(InferenceException failure, StepContent content) => new([], [.. content.Outputs.Select((_, slice) => (slice, (Exception)failure))]);

    /// <summary>A step that failed may have written some of its rows: nobody knows what its pages hold.</summary>
    private void ForgetWritten(StepBatch batch)
    {
        foreach (SequenceSlice slice in batch.Slices)
        {
            for (int index = slice.Start / KvLayout.PageTokens; index <= (slice.Start + slice.Count - 1) / KvLayout.PageTokens; index++)
            {
                int page = batch.Pages[slice.FirstPage + index];
                _proofs.Forget(Layers, page);
                NoteWritten(page);
            }
        }
    }

    private StageTimes Measure(StepForward step, TimeSpan arrived, TimeSpan begun)
    {
        TimeSpan ended = _clock();
        TimeSpan computing = ended - begun;
        TimeSpan waiting = begun - arrived;
        Counters.Computed(computing, waiting);
        Rate?.Computed(Layers, step.Content.Batch, computing, ended);
        return step.Times.After(computing, waiting);
    }

    /// <summary>What the step's layers work on, which is this stage's alone.</summary>
    private float[] HiddenOf(StepForward step)
    {
        if (step.Received && step.Hidden.Length > 0)
        {
            return step.Hidden;
        }

        float[] hidden = HiddenBuffers.Rent(step.Content.Batch.RowCount * _work.HiddenWidth);
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

    private Address Next => Address.Device(_plan!.Stages[_stage + 1].Device.Device);

    private void Send(long number, Address to, ControlMessage message)
    {
        _sent[number] = (to, message);
        _port.Send(to, message);
    }

    private void Forget(long completed)
    {
        while (_forgotten < completed)
        {
            // The router has the step's tokens, so the next stage has computed it: a copy of the message that is still under way is ignored, whatever is in it.
            if (_sent.Remove(++_forgotten, out var sent) && sent.Message is StepForward forward)
            {
                HiddenBuffers.Return(forward.Hidden);
            }
        }
    }

    private void CarryOut(IReadOnlyList<DroppedTransfers> dropped)
    {
        foreach (DroppedTransfers step in dropped)
        {
            if (step.Step > _transferred)
            {
                CarryOut(step.Transfers);
            }
        }
    }

    private void CarryOut(ReadOnlySpan<PageTransfer> transfers)
    {
        foreach (PageTransfer transfer in transfers)
        {
            _work.CopyPage(Layers, transfer.From, transfer.To);
            _proofs.Copy(Layers, transfer.From, transfer.To);
            if (transfer.To < _work.PageCount)
            {
                // What lies beside the pool serves no sequence: it is neither brought back from journals nor moved.
                _journals.Copy(transfer.From, transfer.To);
                NoteWritten(transfer.To);
            }
        }
    }

    private void NoteWritten(LayerRange layers, StepBatch batch)
    {
        _proofs.Write(layers, batch);
        foreach (SequenceSlice slice in batch.Slices)
        {
            int last = (slice.Start + slice.Count - 1) / KvLayout.PageTokens;
            for (int index = slice.Start / KvLayout.PageTokens; index <= last; index++)
            {
                NoteWritten(batch.Pages[slice.FirstPage + index]);
            }
        }
    }
}
