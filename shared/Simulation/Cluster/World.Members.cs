namespace OrleansInference.Simulation.Cluster;

/// <summary>Directory and membership: the active routers, and the present devices.</summary>
internal sealed partial class World
{
    private static readonly TimeSpan ActivationDelay = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan MoveDelay = TimeSpan.FromMilliseconds(10);

    public void RouterLost(RouterNode router) => Timeline.After(ActivationDelay, () =>
    {
        if (router == RouterOf(router.Pipeline))
        {
            ActivateRouter(router.Pipeline);
        }
    });

    /// <summary>Handles a router that has ended for the next one.</summary>
    public void RouterLeft(RouterNode router, RouterHandover? handover)
    {
        handover = Bugs.Leaving(handover);
        Trace.Write($"{router.Name} leaves {(handover is null ? "nothing" : $"{handover.Pages.Length} pages")}");
        Timeline.After(MoveDelay, () =>
        {
            if (router == RouterOf(router.Pipeline))
            {
                ActivateRouter(router.Pipeline, handover is null ? null : _wire.Carry(handover), prepares: router.Number % 2 == 0);
            }
        });
    }

    /// <param name="pipeline">Pipeline of the router.</param>
    /// <param name="inherited">Handover of the previous router.</param>
    /// <param name="prepares">Whether the first plan is put in force beforehand.</param>
    public void ActivateRouter(int pipeline, RouterHandover? inherited = null, bool prepares = false)
    {
        RouterNode router = new(this, RouterNumbers.Of(_routers.Count + 1, pipeline), _routers.Count % 2);
        _routers.Add(router);
        Trace.Write($"{router.Name} is activated");
        router.Start(inherited, prepares ? Prepared(router.Number) : null);
        Checker.NewRouter(pipeline);
        SendMembers(router);
    }

    private PipelinePlan? Prepared(int router)
    {
        return !StoreFrozen && PlanOf(router) is { } plan && plan.Router <= router ? SavePlan(plan.Again(router)) : null;
    }

    /// <summary>Removes a drained device.</summary>
    public void DeviceLeft(DeviceNode device)
    {
        Trace.Write($"{device.Name} has drained and leaves");
        device.Crash();
        Timeline.After(TimeSpan.FromMilliseconds(500), device.Restart);
    }

    // Membership: slow to detect a change, and then announced repeatedly.
    private void Announce()
    {
        Allocate();
        foreach (RouterNode router in _routers)
        {
            if (router.Alive && router.Actor.Coordinator.Phase != PlanPhase.Stopped)
            {
                SendMembers(router);
            }
        }

        Timeline.After(TimeSpan.FromMilliseconds(400), Announce);
    }

    private void SendMembers(RouterNode router)
    {
        ControlMessage members = _wire.Carry(Directory.MembersOf(router.Pipeline, FleetDevices()));
        Timeline.After(TimeSpan.FromMilliseconds(5), router, () => router.Receive(members));
    }
}
