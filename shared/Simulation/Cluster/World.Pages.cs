using OrleansInference.Cluster.Router;
using OrleansInference.Engine.KvCache;

namespace OrleansInference.Simulation.Cluster;

/// <summary>Fault of memory that does not hold what was written to it. A corrupted page that a sequence reads could not be detected, so only cached pages are corrupted.</summary>
internal sealed partial class World
{
    /// <summary>Number of pages whose contents were changed without their stage's knowledge.</summary>
    public int CorruptedPages { get; private set; }

    /// <summary>Corrupts a page that no sequence uses, if there is one.</summary>
    /// <param name="device">Device with the page.</param>
    /// <param name="which">Choice among the unused pages, from 0 up to 1.</param>
    public void CorruptPage(DeviceNode device, double which)
    {
        if (!device.Alive || device.Actor.Layers.Count == 0)
        {
            return;
        }

        RouterActor router = RouterOf(device.Actor.Pipeline).Actor;
        HashSet<int> used = [.. router.Scheduler.Running.SelectMany(static sequence => sequence.Pages.Pages.ToArray())];
        PublishedPage[] cached = [.. router.Scheduler.Pages.Published.List().Where(page => !used.Contains(page.Page))];
        if (cached.Length == 0 || router.Coordinator.Phase != PlanPhase.Serving || router.Coordinator.Plan!.Epoch != device.Actor.Epoch)
        {
            return;
        }

        int chosen = cached[(int)(which * cached.Length)].Page;
        CorruptedPages++;
        device.Work.Corrupt(device.Actor.Layers.First, chosen);
        Trace.Write($"page {chosen} of {device.Name} is corrupted in layer {device.Actor.Layers.First}");
    }
}
