using OrleansInference.Compute;
using OrleansInference.Serving.Pages;
using OrleansInference.Serving.Pipelines;

namespace OrleansInference.Serving.Control;

/// <summary>Steps under way: committed in the order of their numbers, or all dropped.</summary>
internal sealed partial class PipelineControl
{
    private readonly Queue<Step> _inFlight = new();
    private readonly Dictionary<long, StepDone> _results = []; // of steps that overtook one before them
    private readonly List<DroppedTransfers> _dropped = [];
    private bool _noted; // whether the stages of the plan in force know what is in the pages

    private void Send(Step step)
    {
        _inFlight.Enqueue(step);
        StepForward message = new(StepContent.Of(step), [], step.Number - _inFlight.Count) { Notes = TakeNotes(), Traces = _router.TracesOf(step) };
        _outbox.Send(new ControlKey(ControlKeyKind.Step, step.Number), Address.Device(_inForce!.Stages[0].Device.Device), message, _now);
        _meter.Begin(step.Number, _clock());
    }

    /// <summary>What the stages are told of the pages: with a plan's first step all, then what has changed.</summary>
    private PageNotes TakeNotes()
    {
        if (_noted)
        {
            return _router.Pages.TakeNotes();
        }

        _noted = true;
        return _router.Pages.TakeAllNotes() with { Secret = _roots?.Secret ?? [] };
    }

    private void Complete(StepDone done, TimeSpan arrived)
    {
        if (_inForce is null || done.Epoch != _inForce.Epoch || Phase is not (ControlPhase.Serving or ControlPhase.Border) || _inFlight.Count == 0
            || done.Step < _inFlight.Peek().Number)
        {
            return;
        }

        _outbox.Remove(new ControlKey(ControlKeyKind.Step, done.Step));
        _meter.End(done, arrived, _inForce.Stages.Count);
        _results.TryAdd(done.Step, done);
        while (_inFlight.TryPeek(out Step? step) && _results.Remove(step.Number, out StepDone? next))
        {
            _inFlight.Dequeue();
            Fill(step, next.Result);
            if (_router.Recomputes(step))
            {
                RecoveryTimes += new RecoveryTimes(default, default, default, next.Times.Computing * LargestPart());
            }

            _router.Commit(step);
        }
    }

    /// <summary>Of a step's computing, what the stage with the most layers does.</summary>
    private double LargestPart() => (double)_inForce!.Stages.Max(static stage => stage.Layers.Count) / _inForce.Layers;

    /// <summary>Does to the router's own step what the last stage did to its copy.</summary>
    private static void Fill(Step step, StepResult result)
    {
        foreach (SampledRow row in result.Rows)
        {
            step.Report(row);
            SequenceSlice slice = step.Batch.Slices[row.Slice];
            SliceOutput output = step.Outputs[row.Slice];
            if (output.Sampling is { } sampling && row.Position >= slice.Start + slice.Count - output.Guesses)
            {
                sampling.Append(row.Token);
            }
        }

        foreach ((int slice, Exception error) in result.Failures)
        {
            step.Fail(slice, error);
        }
    }

    /// <summary>Gives up the steps under way. Their page transfers are kept: stages that had not come to them carry them out before the pages are used.</summary>
    private void DropSteps()
    {
        while (_inFlight.TryDequeue(out Step? step))
        {
            _outbox.Remove(new ControlKey(ControlKeyKind.Step, step.Number));
            Keep(step.Number, step.Transfers.ToArray());
            _router.Drop(step);
        }

        _results.Clear();
        _meter.Clear();
        Keep(_router.SkipStep(), _router.Pages.Transfers.ToArray());
        _router.Pages.ClearTransfers();
    }

    private void Keep(long step, PageTransfer[] transfers)
    {
        if (transfers.Length > 0)
        {
            _dropped.Add(new DroppedTransfers(step, transfers));
        }
    }
}
