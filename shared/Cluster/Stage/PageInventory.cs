using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Compute;
using OrleansInference.Engine.KvCache;

namespace OrleansInference.Cluster.Stage;

/// <summary>
/// The cached pages as the router knows them, for the next router in case this one is lost. The router sends the changes with its steps. It reports a page as
/// filled once all stages have computed the step that filled it, and as evicted before the step that fills it anew. So what a stage knows holds for itself and
/// for all stages after it, which have not computed more steps.
/// </summary>
internal sealed class PageInventory(DeviceLife self, StagePlan plan, StepSequence steps, ServedPipeline pipeline)
{
    private const int RunningWithin = 64; // steps: a sequence in one of the last ones is running

    private readonly PageLedger _ledger = new();

    /// <summary>Whether another router has the inventory. The pages must not change any more, so no step of this plan is computed.</summary>
    public bool IsHandedOver { get; private set; }

    public void Clear()
    {
        _ledger.Clear();
        IsHandedOver = false;
    }

    /// <summary>Takes what came with a step, and notes which sequences are in it.</summary>
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

        // Before a plan's first step it is not known which pages were computed again for it.
        bool isKnown = plan.Runs && request.Epoch >= plan.Epoch && steps.HasBegun && _ledger.IsWhole;
        IsHandedOver |= isKnown;
        pipeline.Send(new PageInventoryReply(request.Router, self, isKnown ? List() : null));
    }

    private RouterHandover List() => new(plan.Current!, steps.Last, _ledger.List()) { Heads = _ledger.Heads(steps.Next - RunningWithin), Secret = _ledger.Secret };
}
