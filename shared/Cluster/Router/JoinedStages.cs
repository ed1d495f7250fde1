using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Engine.KvCache;

namespace OrleansInference.Cluster.Router;

/// <summary>The stages that have joined the next plan, with the pages that each of them proved.</summary>
internal sealed class JoinedStages
{
    private readonly Dictionary<int, bool> _joined = []; // device: whether it holds the base
    private readonly Dictionary<int, ProvenPage[]> _inventories = []; // by device, of the plan that it joined last
    private readonly HashSet<DeviceLife> _ahead = []; // devices that may have computed more steps than the stage whose inventory was inherited
    private PipelinePlan _plan = null!;
    private PipelinePlan? _base;

    public int Count => _joined.Count;

    /// <summary>The runs of layers whose pages are not on the device that is to run them.</summary>
    public List<LayerRange> Missing { get; private set; } = [];

    /// <summary>Removes all stages.</summary>
    public void Clear() => _joined.Clear();

    public void Add(Joined joined)
    {
        _joined[joined.Device.Device] = joined.HoldsBase && joined.Pages is not null;
        _inventories[joined.Device.Device] = joined.Pages ?? [];
    }

    public bool Contains(DeviceLife device) => _joined.ContainsKey(device.Device);

    public bool HoldsBase(DeviceLife device) => _joined[device.Device];

    /// <summary>Adds devices for which an inherited inventory is not valid.</summary>
    public void AddAhead(IEnumerable<DeviceLife> devices) => _ahead.UnionWith(devices);

    public void ClearAhead() => _ahead.Clear();

    /// <summary>Computes <see cref="Missing"/>. All stages must have joined.</summary>
    /// <param name="plan">The plan that they joined.</param>
    /// <param name="basis">The plan that pages were computed under; null where there is none.</param>
    public void FindMissing(PipelinePlan plan, PipelinePlan? basis)
    {
        _plan = plan;
        _base = basis;
        Missing = new LayerRange(0, plan.Layers).RunsWhere(layer => !HasPages(layer));
    }

    /// <summary>Returns the pages that are not proved by every stage that holds their layers.</summary>
    /// <param name="published">The pages, each after its predecessor.</param>
    public HashSet<int> FindUnproven(PublishedPage[] published)
    {
        (LayerRange Layers, ILookup<int, ProvenPage> Pages)[] stages = [.. _plan.Stages.Select(ProvenBy).Where(static stage => stage.Layers.Count > 0)];
        Dictionary<int, PageHash> hashes = new(published.Length);
        HashSet<int> unproven = [];
        foreach (PublishedPage page in published)
        {
            PageHash before = page.Before < 0 ? default : hashes[page.Before];
            PageHash hash = hashes[page.Page] = before.Next(page.Tokens.Span);
            if (unproven.Contains(page.Before) || !Array.TrueForAll(stages, stage => Proves(stage.Pages, stage.Layers, page.Page, hash)))
            {
                unproven.Add(page.Page);
            }
        }

        return unproven;

        static bool Proves(ILookup<int, ProvenPage> pages, LayerRange layers, int page, PageHash hash) =>
            pages[page].Any(proven => proven.Hash == hash && proven.Layers.Contains(layers));
    }

    /// <summary>
    /// Returns the layers of a stage whose pages are on its device, and the pages that it proved. The layers form one run: the layers that the device had in the base and keeps.
    /// </summary>
    private (LayerRange Layers, ILookup<int, ProvenPage> Pages) ProvenBy(StageAssignment stage) =>
        (stage.Layers.RunsWhere(HasPages).FirstOrDefault(), _inventories[stage.Device.Device].ToLookup(static page => page.Page));

    /// <summary>Returns whether the device that is to run a layer has its pages.</summary>
    private bool HasPages(int layer)
    {
        DeviceLife device = _plan.StageWith(layer).Device;
        return _base is not null && _joined[device.Device] && !_ahead.Contains(device) && _base.StageWith(layer).Device == device;
    }
}
