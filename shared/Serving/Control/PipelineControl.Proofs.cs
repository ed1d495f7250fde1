using OrleansInference.Serving.Pages;
using OrleansInference.Serving.Routing;

namespace OrleansInference.Serving.Control;

/// <summary>
/// Pages are inherited, and kept from one plan to the next, only where every stage that has them proves that they hold what this router takes them to hold. The others are given up: sequences that
/// used them are computed again.
/// </summary>
internal sealed partial class PipelineControl
{
    private readonly Dictionary<int, ProvenPage[]> _inventories = []; // by device, of the plan that is joined

    /// <summary>Pages that were given up because a stage did not prove them, or found that they were spoilt.</summary>
    public long UnprovenPages { get; private set; }

    private void DropUnproven()
    {
        HashSet<int> unproven = FindUnproven(_router.Pages.Published());
        if (unproven.Count == 0)
        {
            return;
        }

        UnprovenPages += unproven.Count;
        foreach (Sequence sequence in _router.Running.ToArray())
        {
            if (sequence.Pages.Pages.ToArray().Any(unproven.Contains))
            {
                _router.Restart(sequence);
            }
        }

        _router.Pages.Forget(unproven);
    }

    /// <summary>Those of some pages, each after the one that it continues, that a stage which has their layers does not prove.</summary>
    private HashSet<int> FindUnproven(PublishedPage[] published)
    {
        (LayerRange Layers, ILookup<int, ProvenPage> Pages)[] stages = [.. _target!.Stages.Select(ProvenBy).Where(static stage => stage.Layers.Count > 0)];
        Dictionary<int, PageName> names = new(published.Length);
        HashSet<int> unproven = [];
        foreach (PublishedPage page in published)
        {
            PageName before = page.Before < 0 ? default : names[page.Before];
            PageName name = names[page.Page] = before.Next(page.Tokens.Span);
            if (unproven.Contains(page.Before) || !Array.TrueForAll(stages, stage => Proves(stage.Pages, stage.Layers, page.Page, name)))
            {
                unproven.Add(page.Page);
            }
        }

        return unproven;

        static bool Proves(ILookup<int, ProvenPage> pages, LayerRange layers, int page, PageName name) =>
            pages[page].Any(proven => proven.Name == name && proven.Layers.Contains(layers));
    }

    /// <summary>The layers of a stage whose pages are there, and what the stage proves. They are one run: those that its device had in the base, as far as it keeps them.</summary>
    private (LayerRange Layers, ILookup<int, ProvenPage> Pages) ProvenBy(StageAssignment stage) =>
        (stage.Layers.RunsWhere(HasPages).FirstOrDefault(), _inventories[stage.Device.Device].ToLookup(static page => page.Page));

    /// <summary>The plan begins anew with the pages that are proven.</summary>
    private void OnPagesSpoilt(PagesSpoilt spoilt)
    {
        if (ArePagesWhole && spoilt.Epoch == _inForce!.Epoch && Has(_inForce, spoilt.Device))
        {
            _lostAt ??= _now;
            Recover();
        }
    }
}
