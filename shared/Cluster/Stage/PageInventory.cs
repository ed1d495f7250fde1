using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Compute;
using OrleansInference.Engine.KvCache;

namespace OrleansInference.Cluster.Stage;

/// <summary>
/// A copy of the router's list of cached pages, for the next router in case this one is lost. The router sends the changes with its steps. It reports a page as filled once all stages
/// have computed the step that filled it, and as evicted before the step that refills it. The inventory of a stage is therefore valid for this stage and for all later stages, which
/// have not computed more steps.
/// </summary>
internal sealed class PageInventory(DeviceLife self, StagePlan plan, StepSequence steps, ServedPipeline pipeline)
{
    private const int RunningWithin = 64; // steps: a sequence that is in one of the last RunningWithin steps counts as running

    private readonly PageLedger _ledger = new();

    /// <summary>Whether another router has received the inventory. The pages must not change from then on, so no further step of this plan is computed.</summary>
    public bool IsHandedOver { get; private set; }

    public void Clear()
    {
        _ledger.Clear();
        IsHandedOver = false;
    }

    /// <summary>Applies the changes sent with a step, and records which sequences are in the step.</summary>
    public void Update(StepForward step)
    {
        _ledger.Take(step.Delta);
        StepBatch batch = step.Step.Batch;
        foreach (SequenceSlice slice in batch.Slices)
        {
            int full = slice.Start / KvLayout.PageTokens;
            if (full > 0)
            {
                _ledger.Use(batch.Pages[slice.FirstPage + full - 1], step.Step.Number);
            }
        }
    }

    public void On(PageInventoryRequest request)
    {
        if (!pipeline.Accepts(request.Router) || request.Device != self)
        {
            pipeline.Refuse(request.Router);
            return;
        }

        // Before a plan's first step, the inventory lacks the pages that were recomputed for the plan.
        bool isKnown = plan.Runs && request.Epoch >= plan.Epoch && steps.HasBegun && _ledger.IsWhole;
        IsHandedOver |= isKnown;
        pipeline.Send(new PageInventoryReply(request.Router, self, isKnown ? List() : null));
    }

    private RouterHandover List() => new(plan.Current!, steps.Last, _ledger.List()) { Heads = _ledger.Heads(steps.Next - RunningWithin), Secret = _ledger.Secret };
}
