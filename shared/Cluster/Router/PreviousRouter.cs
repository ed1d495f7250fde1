using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Engine.KvCache;

namespace OrleansInference.Cluster.Router;

/// <summary>
/// The router that was lost before this one. It sent the stages, with its steps, what is in the pages. This router asks a stage for that, goes on with the pages that are left, and has those
/// that went with a stage restored for the sequences that were running, before their sessions submit them again.
/// </summary>
internal sealed class PreviousRouter(int self, Outbox<ControlKey> outbox)
{
    private readonly HashSet<DeviceLife> _ignorant = []; // devices of the plan that are present and know nothing
    private TimeSpan _askedAt;

    /// <summary>The plan of that router; null where it is not known, or no longer needed.</summary>
    public PipelinePlan? Plan { get; set; }

    /// <summary>The device that was asked last.</summary>
    public DeviceLife? Asked { get; private set; }

    /// <summary>Asks the first stage of the plan that is left. No other has computed more steps, so its answer holds for all that are left.</summary>
    /// <returns>Whether there is such a stage.</returns>
    public bool Ask(DeviceWatch devices, TimeSpan now)
    {
        DeviceLife? first = Plan!.Stages.Select(static stage => (DeviceLife?)stage.Device)
            .FirstOrDefault(device => devices.IsPresent(device!.Value) && !_ignorant.Contains(device.Value));
        if (first is not { } device)
        {
            return false;
        }

        if (device != Asked)
        {
            Asked = device;
            _askedAt = now;
            devices.Expect(device, now);
            outbox.Send(new ControlKey(ControlKeyKind.Pages), Address.Device(device.Device), new PageInventoryRequest(self, device, Plan.Epoch), now);
        }

        return true;
    }

    /// <summary>Whether the device that was asked has not answered for longer than <paramref name="limit"/>.</summary>
    public bool IsOverdue(TimeSpan limit, TimeSpan now) => Asked is not null && now - _askedAt > limit;

    /// <summary>Takes the answer of the device that was asked.</summary>
    public InventoryOutcome Take(PageInventoryReply reply)
    {
        if (reply.Handover is not { } handover)
        {
            // Another one may know that the plan was saved and has not come into force.
            _ignorant.Add(reply.Device);
            return InventoryOutcome.AskNext;
        }

        if (handover.Plan.Epoch < Plan!.Epoch)
        {
            // Of the stages of that plan another one may have gone further.
            Plan = handover.Plan;
            _ignorant.Clear();
            Asked = null;
            return InventoryOutcome.AskNext;
        }

        // Those that know nothing may have gone further.
        return handover.Plan.Epoch == Plan.Epoch && _ignorant.Count == 0 ? InventoryOutcome.Inherits : InventoryOutcome.Nothing;
    }

    /// <summary>The stages before a device, which may have computed more steps than it.</summary>
    public IEnumerable<DeviceLife> StagesBefore(DeviceLife device) => Plan!.Stages.Select(static stage => stage.Device).TakeWhile(other => other != device);

    /// <summary>Contexts of the sequences that were running, up to the last page that is still cached.</summary>
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

/// <summary>What follows from a stage's answer about the pages of the router before.</summary>
internal enum InventoryOutcome
{
    /// <summary>Another stage is to be asked.</summary>
    AskNext,

    /// <summary>The answer holds for all stages that are left.</summary>
    Inherits,

    /// <summary>Nothing is known of the pages.</summary>
    Nothing,
}
