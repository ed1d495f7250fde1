using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Compute;

namespace OrleansInference.Cluster.Stage;

/// <summary>The receiving end of a live migration.</summary>
internal sealed class PageArrivals(long epoch, LayerRange layers, IStageWork work, StageJournals journals, IControlPort port, StageCounters counters)
{
    private readonly Dictionary<(int First, int Page), int> _versions = [];
    private readonly Dictionary<LayerRange, PageProofs> _proofs = []; // by what comes from one device: others are at another step

    /// <summary>The plan to be.</summary>
    public long Epoch => epoch;

    public LayerRange Layers => layers;

    /// <summary>What comes with the pages.</summary>
    public StageJournals Journals => journals;

    /// <summary>What the pages that have arrived are known to hold.</summary>
    public IEnumerable<PageProofs> Proofs => _proofs.Values;

    /// <summary>
    /// Takes a page, unless a younger version of it is there, and acknowledges it. Contents that are not those of their proof are not acknowledged, so that they come again; full pages, which
    /// may have been spoilt where they come from, are, without a proof: the plan's router has them computed again.
    /// </summary>
    /// <returns>Whether it was written.</returns>
    public bool Take(PageContents message)
    {
        int have = _versions.GetValueOrDefault((message.Layers.First, message.Page));
        if (message.Version > have)
        {
            work.WritePage(message.Layers, message.Page, message.Contents);
            if (!ProofsOf(message.Layers).Take(message.Layers, message.Page, message.Proof))
            {
                counters.FoundSpoilt(1);
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
