using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Compute;
using OrleansInference.Engine.Steps;

namespace OrleansInference.Cluster.Stage;

/// <summary>
/// Compares pages with their checksums. Pages that a sequence takes from the cache are compared before its first step. After a new router has taken over, all pages are compared, a few
/// at a time. A step that would read corrupted pages is not computed, and the pages are reported to the router.
/// </summary>
internal sealed class PageIntegrity(DeviceLife self, IStageWork work, PageProofs proofs, StagePlan plan, ServedPipeline pipeline, StageCounters counters)
{
    private const int PagesOfTick = 64; // takes less than a millisecond

    private int[] _corrupted = []; // pages that a step would have read
    private int _compared = work.PageCount; // pages before this one were compared

    /// <summary>Whether a step was not computed because of corrupted pages.</summary>
    public bool HasFailed => _corrupted.Length > 0;

    public void Clear() => _corrupted = [];

    /// <summary>Starts to compare all pages, or stops comparing them.</summary>
    public void Restart(bool compare) => _compared = compare ? 0 : work.PageCount;

    /// <summary>Adds pages that were found to be corrupted when they were copied for a step.</summary>
    public void Add(List<int>? corrupted)
    {
        if (corrupted is not null)
        {
            counters.FoundCorrupted(corrupted.Count);
            _corrupted = [.. _corrupted, .. corrupted];
        }
    }

    /// <summary>Compares the pages that the step's sequences take from the cache.</summary>
    /// <returns>Whether the step may be computed.</returns>
    public bool TryAdopt(Step step)
    {
        StepBatch batch = step.Batch;
        ReadOnlySpan<SequenceSlice> slices = batch.Slices;
        for (int i = 0; i < slices.Length; i++)
        {
            SequenceSlice slice = slices[i];
            if (step.Outputs[i].Adopts)
            {
                Add(proofs.FindCorrupted(plan.Layers, batch.Pages.Slice(slice.FirstPage, slice.PageCount), slice.Start));
            }
        }

        return _corrupted.Length == 0;
    }

    /// <summary>Compares a few more pages. A corrupted one is reported when a sequence takes it from the cache.</summary>
    public void Tick()
    {
        int end = plan.Runs ? Math.Min(_compared + PagesOfTick, work.PageCount) : _compared;
        for (; _compared < end; _compared++)
        {
            if (!proofs.Compare(plan.Layers, _compared))
            {
                counters.FoundCorrupted(1);
            }
        }
    }

    public void Report() => pipeline.Send(new PagesCorrupted(plan.Epoch, self, _corrupted));
}
