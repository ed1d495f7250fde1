using OrleansInference.Serving.Pages;

namespace OrleansInference.Serving.Control;

/// <summary>
/// A router that was lost has told the stages with its steps what is in the pages. The next one asks there, goes on with the pages that are left, and has those that went with a stage
/// brought back for the sequences that were running, before their sessions hand them in again.
/// </summary>
internal sealed partial class PipelineControl
{
    private const int AskedForLost = 5; // times as long as until a silent device is given up: the stage may be in a long step

    private readonly HashSet<DeviceLife> _tellNothing = []; // of that plan, though they are there
    private readonly HashSet<DeviceLife> _further = []; // that may have computed more steps than the stage that told: what it knows does not hold for them
    private PipelinePlan? _before; // of the router that was lost
    private DeviceLife? _askedForPages;
    private TimeSpan _askedAt;

    /// <summary>Asks the first stage of the plan before that is left. No other has computed more steps, so what it knows holds for all that are left.</summary>
    private void AskForPages()
    {
        if (Phase != ControlPhase.Reading || _before is null || _members.Count + _draining.Count == 0)
        {
            return;
        }

        DeviceLife? first = _before.Stages.Select(static stage => (DeviceLife?)stage.Device).FirstOrDefault(device => IsThere(device!.Value) && !_tellNothing.Contains(device.Value));
        if (first is not { } device)
        {
            Begin(_before);
        }
        else if (device != _askedForPages)
        {
            _askedForPages = device;
            _heard[device.Device] = _askedAt = _now;
            _outbox.Send(new ControlKey(ControlKeyKind.Pages), Address.Device(device.Device), new AskPages(_self, device, _before.Epoch), _now);
        }

        bool IsThere(DeviceLife device) => (_members.Contains(device) || _draining.Contains(device)) && !_lost.Contains(device);
    }

    /// <summary>A device that is there and does not answer, as one of an earlier version, is not waited for for ever.</summary>
    private void GiveUpAsking()
    {
        if (Phase == ControlPhase.Reading && _askedForPages is not null && _now - _askedAt > AskedForLost * _options.LostAfter)
        {
            Begin(_before);
        }
    }

    private void Heard(PagesAre pages)
    {
        Hear(pages.Device);
        // A stage before the one that was asked may be there again.
        AskForPages();
        if (Phase != ControlPhase.Reading || pages.Device != _askedForPages)
        {
            return;
        }

        if (pages.Handover is not { } handover)
        {
            // Another one may know that the plan was saved and has not come into force.
            _tellNothing.Add(pages.Device);
            AskForPages();
        }
        else if (handover.Plan.Epoch < _before!.Epoch)
        {
            // Of the stages of that plan another one may have gone further.
            _before = handover.Plan;
            _tellNothing.Clear();
            _askedForPages = null;
            AskForPages();
        }
        else if (handover.Plan.Epoch == _before.Epoch && _tellNothing.Count == 0)
        {
            _further.UnionWith(_before.Stages.Select(static stage => stage.Device).TakeWhile(device => device != pages.Device));
            Inherit(handover, null);
        }
        else
        {
            // Those that tell nothing may have gone further.
            Begin(_before);
        }
    }

    /// <summary>The contexts of the sequences that the router before had running, as far as they fill pages.</summary>
    private IEnumerable<(int[] Tokens, int[] Pages)> InheritedContexts()
    {
        if (_inherited is null)
        {
            yield break;
        }

        Dictionary<int, PublishedPage> pages = _inherited.Pages.ToDictionary(static page => page.Page);
        foreach (int tip in _inherited.Tips)
        {
            List<PublishedPage> chain = [];
            for (int page = tip; page >= 0 && _router.Pages.IsPublished(page); page = pages[page].Before)
            {
                chain.Add(pages[page]);
            }

            chain.Reverse();
            if (chain.Count > 0 && chain[0].Before < 0)
            {
                yield return ([.. chain.SelectMany(static page => page.Tokens.ToArray())], [.. chain.Select(static page => page.Page)]);
            }
        }
    }
}
