using OrleansInference.Cluster.Protocol;
using OrleansInference.Compute;
using OrleansInference.Engine.KvCache;

namespace OrleansInference.Cluster.Stage;

/// <summary>The contents of the device's pages. All writes to a page are reported here, so that its proof, its journal rows and its copies on other devices are updated.</summary>
internal sealed class StagePages(IStageWork work, StageJournals journals, PageProofs proofs, PageCopies copies)
{
    private readonly HashSet<int> _written = []; // pages with contents of the plan in force

    /// <summary>Pages with contents of the plan in force.</summary>
    public IReadOnlyCollection<int> Written => _written;

    /// <summary>Computes a run of layers, and records hidden states in the journals. The caller then reports the written rows.</summary>
    public void Execute(LayerRange layers, StepBatch batch, Span<float> hidden) => journals.Execute(work, layers, batch, hidden);

    /// <summary>Records that a step or a replay has written its rows.</summary>
    public void OnWritten(LayerRange layers, StepBatch batch)
    {
        proofs.Write(layers, batch);
        foreach (SequenceSlice slice in batch.Slices)
        {
            int last = (slice.Start + slice.Count - 1) / KvLayout.PageTokens;
            for (int index = slice.Start / KvLayout.PageTokens; index <= last; index++)
            {
                OnWritten(batch.Pages[slice.FirstPage + index]);
            }
        }
    }

    /// <summary>Forgets the contents of the pages to which a failed step may have written some of its rows.</summary>
    public void ForgetWritten(LayerRange layers, StepBatch batch)
    {
        foreach (SequenceSlice slice in batch.Slices)
        {
            for (int index = slice.Start / KvLayout.PageTokens; index <= (slice.Start + slice.Count - 1) / KvLayout.PageTokens; index++)
            {
                int page = batch.Pages[slice.FirstPage + index];
                proofs.Forget(layers, page);
                OnWritten(page);
            }
        }
    }

    /// <summary>Records that a page's contents have arrived from another device.</summary>
    public void OnArrived(int page) => _written.Add(page);

    /// <summary>Copies pages within the device.</summary>
    /// <returns>The corrupted pages, and their copies; null if there are none.</returns>
    public List<int>? CarryOut(LayerRange layers, ReadOnlySpan<PageTransfer> transfers)
    {
        List<int>? corrupted = null;
        foreach (PageTransfer transfer in transfers)
        {
            work.CopyPage(layers, transfer.From, transfer.To);
            if (!proofs.Copy(layers, transfer.From, transfer.To))
            {
                (corrupted ??= []).AddRange(transfer.From, transfer.To);
            }

            if (transfer.To < work.PageCount)
            {
                // Pages outside the pool serve no sequence: they are neither restored from journals nor moved.
                journals.Copy(transfer.From, transfer.To);
                OnWritten(transfer.To);
            }
        }

        return corrupted;
    }

    /// <summary>Takes over the journals and proofs of pages that have arrived from other devices.</summary>
    public void Take(PageArrivals arrivals)
    {
        journals.Take(arrivals.Journals);
        foreach (PageProofs arrived in arrivals.Proofs)
        {
            proofs.Take(arrived);
        }
    }

    /// <summary>Starts to record the hidden states that a plan requires.</summary>
    public void Enter(PipelinePlan plan, LayerRange layers) => journals.Enter(plan, layers);

    /// <summary>Returns the full pages that are proven in some of these layers.</summary>
    public ProvenPage[] Inventory(LayerRange layers) => proofs.Inventory(layers);

    /// <summary>Removes the journals of earlier plans.</summary>
    public void Settle() => journals.Settle();

    /// <summary>Releases all layers except these, with their pages.</summary>
    /// <param name="layers">Layers of the plan in force.</param>
    /// <param name="arriving">Layers of a plan in preparation.</param>
    public void Keep(LayerRange layers, LayerRange arriving)
    {
        work.Keep(layers, arriving);
        proofs.Keep(layers, arriving);
    }

    /// <summary>Removes the journals and proofs of contents that are about to be overwritten.</summary>
    public void Forget()
    {
        journals.Clear();
        proofs.Clear();
    }

    /// <summary>Removes the contents of all pages.</summary>
    public void Clear()
    {
        Forget();
        _written.Clear();
    }

    private void OnWritten(int page)
    {
        _written.Add(page);
        copies.OnWritten(page);
    }
}
