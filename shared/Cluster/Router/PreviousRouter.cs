using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Engine.KvCache;

namespace OrleansInference.Cluster.Router;

/// <summary>
/// The router that was lost before this one. It sent the contents of the pages to the stages, with its steps. This router requests them from a stage and continues with the pages that
/// are left. Pages that were lost with a stage are restored for the sequences that were running, before their sessions submit them again.
/// </summary>
internal sealed class PreviousRouter(int self, Outbox<ControlKey> outbox)
{
    private readonly HashSet<DeviceLife> _withoutInventory = []; // devices of the plan that are present and have no inventory
    private TimeSpan _askedAt;

    /// <summary>The plan of that router; null where it is unknown, or no longer needed.</summary>
    public PipelinePlan? Plan { get; set; }

    /// <summary>The device that was asked last; null before the first request.</summary>
    public DeviceLife? Asked { get; private set; }

    /// <summary>Asks the first stage of the plan that is left. No later stage has computed more steps, so its answer is valid for all stages that are left.</summary>
    /// <returns>Whether there is such a stage.</returns>
    public bool Ask(DeviceWatch devices, TimeSpan now)
    {
        DeviceLife? first = Plan!.Stages.Select(static stage => (DeviceLife?)stage.Device)
            .FirstOrDefault(device => devices.IsPresent(device!.Value) && !_withoutInventory.Contains(device.Value));
        if (first is not { } device)
        {
            return false;
        }

        if (device != Asked)
        {
            Asked = device;
            _askedAt = now;
            devices.RestartSilence(device, now);
            outbox.Send(new ControlKey(ControlKeyKind.Pages), Address.Device(device.Device), new PageInventoryRequest(self, device, Plan.Epoch), now);
        }

        return true;
    }

    /// <summary>Returns whether the device that was asked has not answered for longer than <paramref name="limit"/>.</summary>
    public bool IsOverdue(TimeSpan limit, TimeSpan now) => Asked is not null && now - _askedAt > limit;

    /// <summary>Handles the answer of the device that was asked.</summary>
    public InventoryOutcome Take(PageInventoryReply reply)
    {
        if (reply.Handover is not { } handover)
        {
            // The plan may have been saved without coming into force. Another stage may hold the inventory of its predecessor.
            _withoutInventory.Add(reply.Device);
            return InventoryOutcome.AskNext;
        }

        if (handover.Plan.Epoch < Plan!.Epoch)
        {
            // Another stage of that plan may have computed more steps.
            Plan = handover.Plan;
            _withoutInventory.Clear();
            Asked = null;
            return InventoryOutcome.AskNext;
        }

        // Stages without an inventory may have computed more steps.
        return handover.Plan.Epoch == Plan.Epoch && _withoutInventory.Count == 0 ? InventoryOutcome.Inherits : InventoryOutcome.Nothing;
    }

    /// <summary>Returns the stages before a device, which may have computed more steps than the device.</summary>
    public IEnumerable<DeviceLife> StagesBefore(DeviceLife device) => Plan!.Stages.Select(static stage => stage.Device).TakeWhile(other => other != device);

    /// <summary>Returns the contexts of the sequences that were running, up to the last page that is still cached.</summary>
    public static IEnumerable<(int[] Tokens, int[] Pages)> Contexts(RouterHandover handover, PageAllocator cache)
    {
        Dictionary<int, PublishedPage> pages = handover.Pages.ToDictionary(static page => page.Page);
        foreach (int head in handover.Heads)
        {
            List<PublishedPage> chain = [];
            for (int page = head; page >= 0 && cache.Published.Contains(page); page = pages[page].Before)
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

/// <summary>Outcome of a stage's answer to an inventory request.</summary>
internal enum InventoryOutcome
{
    /// <summary>Another stage has to be asked.</summary>
    AskNext,

    /// <summary>The answer is valid for all stages that are left.</summary>
    Inherits,

    /// <summary>The contents of the pages are unknown.</summary>
    Nothing,
}
