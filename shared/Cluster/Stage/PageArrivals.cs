using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Compute;

namespace OrleansInference.Cluster.Stage;

/// <summary>The receiving end of a live migration: pages that arrive for a plan in preparation.</summary>
internal sealed class PageArrivals(long epoch, LayerRange layers, IStageWork work, StageJournals journals, IControlPort port, StageCounters counters)
{
    private readonly Dictionary<(int First, int Page), int> _versions = [];
    private readonly Dictionary<LayerRange, PageProofs> _proofs = []; // by the layers that one device sends: others are at another step

    /// <summary>Epoch of the plan in preparation.</summary>
    public long Epoch => epoch;

    public LayerRange Layers => layers;

    /// <summary>Hidden states that arrived with the pages.</summary>
    public StageJournals Journals => journals;

    /// <summary>Proofs of the pages that have arrived.</summary>
    public IEnumerable<PageProofs> Proofs => _proofs.Values;

    /// <summary>
    /// Writes a page unless a later version of it has arrived, and acknowledges it. Contents that do not match their proof are not acknowledged, so that they are sent again. A full
    /// page is acknowledged even so, without a proof, because the sender's page may be corrupted: the plan's router has it recomputed.
    /// </summary>
    /// <returns>Whether the page was written.</returns>
    public bool Take(PageContents message)
    {
        int have = _versions.GetValueOrDefault((message.Layers.First, message.Page));
        if (message.Version > have)
        {
            work.WritePage(message.Layers, message.Page, message.Contents);
            if (!ProofsOf(message.Layers).Take(message.Layers, message.Page, message.Proof))
            {
                counters.FoundCorrupted(1);
                if (message.Proof!.Tokens.Length < KvLayout.PageTokens)
                {
                    return false;
                }
            }

            journals.Write(message.Layers, message.Page, message.Kept);
            _versions[(message.Layers.First, message.Page)] = message.Version;
        }

        port.Send(Address.Device(message.From.Device), new PageTaken(epoch, message.Layers, message.Page, Math.Max(have, message.Version)));
        return message.Version > have;
    }

    private PageProofs ProofsOf(LayerRange moved)
    {
        if (!_proofs.TryGetValue(moved, out PageProofs? proofs))
        {
            _proofs.Add(moved, proofs = new PageProofs(work));
        }

        return proofs;
    }
}
