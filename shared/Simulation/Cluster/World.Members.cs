using OrleansInference.Serving.Control;

namespace OrleansInference.Simulation.Cluster;

/// <summary>The directory and membership: which router works, and which devices are there.</summary>
internal sealed partial class World
{
    private static readonly TimeSpan ActivationDelay = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan MoveDelay = TimeSpan.FromMilliseconds(10);

    public void RouterLost(RouterNode router) => Scheduler.After(ActivationDelay, () =>
    {
        if (router == Router)
        {
            ActivateRouter();
        }
    });

    /// <summary>A router has ended for the next one.</summary>
    public void RouterLeft(RouterNode router, RouterHandover? handover)
    {
        handover = Bugs.Leaving(handover);
        Trace.Write($"{router.Name} leaves {(handover is null ? "nothing" : $"{handover.Pages.Length} pages")}");
        Scheduler.After(MoveDelay, () =>
        {
            if (router == Router)
            {
                ActivateRouter(handover is null ? null : _wire.Carry(handover), prepares: router.Number % 2 == 0);
            }
        });
    }

    /// <param name="inherited">From the router before.</param>
    /// <param name="prepares">Whether the first plan is put in force beforehand.</param>
    public void ActivateRouter(RouterHandover? inherited = null, bool prepares = false)
    {
        RouterNode router = new(this, _routers.Count + 1, _routers.Count % 2);
        _routers.Add(router);
        Trace.Write($"{router.Name} is activated");
        router.Start(inherited, prepares ? Prepared(router.Number) : null);
        Checker.NewRouter();
        TellMembers(router);
    }

    private PipelinePlan? Prepared(int router)
    {
        if (_plan is null || _plan.Router > router)
        {
            return null;
        }

        return _plan = _wire.Carry(PlanStore.Save(_plan, _plan.Again(router)));
    }

    /// <summary>A drained device is gone.</summary>
    public void DeviceLeft(DeviceNode device)
    {
        Trace.Write($"{device.Name} has drained and leaves");
        device.Crash();
        Scheduler.After(TimeSpan.FromMilliseconds(500), device.Restart);
    }

    // Membership: slow to notice, and then told again and again.
    private void Announce()
    {
        foreach (RouterNode router in _routers)
        {
            if (router.Alive && router.Machine.Control.Phase != ControlPhase.Stopped)
            {
                TellMembers(router);
            }
        }

        Scheduler.After(TimeSpan.FromMilliseconds(400), Announce);
    }

    private void TellMembers(RouterNode router)
    {
        DeviceLife[] all = [.. Devices.Where(static device => device.Alive).Select(static device => device.Identity)];
        ControlMessage members = _wire.Carry(new MembersAre(all, [.. all.Where(life => Devices[life.Device].Draining)]));
        Scheduler.After(TimeSpan.FromMilliseconds(5), router, () => router.Receive(members));
    }
}
