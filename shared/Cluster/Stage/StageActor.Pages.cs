using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Compute;
using OrleansInference.Engine.KvCache;

namespace OrleansInference.Cluster.Stage;

/// <summary>
/// With its steps the router tells the stages what is in the pages, for the case that it is lost. A page is told of when all stages have come past the step that filled it, and said to be gone
/// before the step that fills it anew; so what a stage knows holds for all stages that have not gone further than it has, which are those after it.
/// </summary>
internal sealed partial class StageActor
{
    private const int RunningWithin = 64; // steps: a sequence that was in one of these is running

    private const int ComparedAtOnce = 64; // pages, which takes less than a millisecond

    private readonly PageLedger _ledger = new();
    private int[] _spoilt = []; // pages that a step was to go on from
    private int _compared; // pages before this one were compared since another router has taken over
    private bool _told; // another router was told what is in the pages, so they must not change any more

    private void ResetPages()
    {
        _ledger.Clear();
        _told = false;
        _spoilt = [];
    }

    /// <summary>Compares the pages that sequences adopt, those found in the cache, with their checksums.</summary>
    /// <returns>Whether the step may be computed.</returns>
    private bool Adopt(StepContent content)
    {
        StepBatch batch = content.Batch;
        ReadOnlySpan<SequenceSlice> slices = batch.Slices;
        for (int i = 0; i < slices.Length; i++)
        {
            if (content.Outputs[i].Adopts && _proofs.FindSpoilt(Layers, batch.Pages.Slice(slices[i].FirstPage, slices[i].Start / KvLayout.PageTokens)) is { Count: > 0 } spoilt)
            {
                Counters.FoundSpoilt(spoilt.Count);
                _spoilt = [.. _spoilt, .. spoilt];
            }
        }

        return _spoilt.Length == 0;
    }

    /// <summary>Compares a few more pages with their checksums. One that differs is given up where it is asked for.</summary>
    private void CompareFurther()
    {
        int end = Runs ? Math.Min(_compared + ComparedAtOnce, _work.PageCount) : _compared;
        for (; _compared < end; _compared++)
        {
            if (!_proofs.Compare(Layers, _compared))
            {
                Counters.FoundSpoilt(1);
            }
        }
    }

    private void ReportSpoilt() => _port.Send(OwnRouter, new PagesSpoilt(Epoch, _self, _spoilt));

    private void Note(StepForward step)
    {
        _ledger.Take(step.Delta);
        StepBatch batch = step.Content.Batch;
        foreach (SequenceSlice slice in batch.Slices)
        {
            int full = slice.Start / KvLayout.PageTokens;
            if (full > 0)
            {
                _ledger.Use(batch.Pages[slice.FirstPage + full - 1], step.Content.Number);
            }
        }
    }

    private void Answer(PageInventoryRequest ask)
    {
        if (!Listens(ask.Router) || ask.Device != _self)
        {
            Refuse(ask.Router);
            return;
        }

        // Before the first step of a plan pages may have been computed again for it, or not.
        bool known = Runs && ask.Epoch >= Epoch && _expected > _join!.FirstStep && _ledger.IsWhole;
        _told |= known;
        _port.Send(OwnRouter, new PageInventoryReply(ask.Router, _self, known ? Inventory() : null));
    }

    private RouterHandover Inventory() => new(_plan!, LastStep, _ledger.List()) { Heads = _ledger.Heads(_expected - RunningWithin), Secret = _ledger.Secret };
}
