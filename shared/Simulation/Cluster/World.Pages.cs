using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Router;
using OrleansInference.Engine.KvCache;

namespace OrleansInference.Simulation.Cluster;

/// <summary>Memory that does not hold what was written to it. Where a sequence is just reading, nothing would find that out: what is spoilt is in the cache.</summary>
internal sealed partial class World
{
    /// <summary>Pages whose contents were changed behind their stage's back.</summary>
    public int SpoiltPages { get; private set; }

    /// <summary>Changes a page that no sequence has, if there is one.</summary>
    /// <param name="device">Where.</param>
    /// <param name="which">Which of those that there are, from 0 up to 1.</param>
    public void SpoilPage(DeviceNode device, double which)
    {
        if (!device.Alive || device.Actor.Layers.Count == 0)
        {
            return;
        }

        RouterActor router = RouterOf(device.Actor.Pipeline).Actor;
        HashSet<int> used = [.. router.Scheduler.Running.SelectMany(static sequence => sequence.Pages.Pages.ToArray())];
        PublishedPage[] cached = [.. router.Scheduler.Pages.Published().Where(page => !used.Contains(page.Page))];
        if (cached.Length == 0 || router.Coordinator.Phase != PlanPhase.Serving || router.Coordinator.Plan!.Epoch != device.Actor.Epoch)
        {
            return;
        }

        int chosen = cached[(int)(which * cached.Length)].Page;
        SpoiltPages++;
        device.Work.Spoil(device.Actor.Layers.First, chosen);
        Trace.Write($"page {chosen} of {device.Name} is spoilt in layer {device.Actor.Layers.First}");
    }
}
