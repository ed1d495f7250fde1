using OrleansInference.Cluster.Protocol;
using OrleansInference.Compute;
using OrleansInference.Engine.KvCache;

namespace OrleansInference.Cluster.Stage;

/// <summary>The contents of the device's pages. Everything that writes to a page reports it here, so that its proof, its journal rows and its copies on other devices follow.</summary>
internal sealed class StagePages(IStageWork work, StageJournals journals, PageProofs proofs, PageCopies copies)
{
    private readonly HashSet<int> _written = []; // pages with contents of the plan in force

    /// <summary>Pages with contents of the plan in force.</summary>
    public IReadOnlyCollection<int> Written => _written;

    /// <summary>Computes a run of layers, and records hidden states in the journals. The caller then reports what was written.</summary>
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

    /// <summary>Forgets the contents of the pages that a failed step may have written some of its rows to.</summary>
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
    /// <returns>The pages that were found to be corrupted, and their copies; null if there are none.</returns>
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

    /// <summary>Records hidden states as a plan requires it.</summary>
    public void Enter(PipelinePlan plan, LayerRange layers) => journals.Enter(plan, layers);

    /// <summary>The full pages that are proven in some of these layers.</summary>
    public ProvenPage[] Inventory(LayerRange layers) => proofs.Inventory(layers);

    /// <summary>Gives up the journals of earlier plans.</summary>
    public void Settle() => journals.Settle();

    /// <summary>Gives up all layers and pages but these.</summary>
    /// <param name="layers">Layers of the plan in force.</param>
    /// <param name="arriving">Layers of a plan that is prepared.</param>
    public void Keep(LayerRange layers, LayerRange arriving)
    {
        work.Keep(layers, arriving);
        proofs.Keep(layers, arriving);
    }

    /// <summary>Forgets what is known of the contents: they are overwritten from now on.</summary>
    public void Forget()
    {
        journals.Clear();
        proofs.Clear();
    }

    /// <summary>Forgets the contents.</summary>
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
