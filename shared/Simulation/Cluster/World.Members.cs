using OrleansInference.Serving.Control;

namespace OrleansInference.Simulation.Cluster;

/// <summary>The directory and membership: which router works, and which devices are there.</summary>
internal sealed partial class World
{
    private static readonly TimeSpan ActivationDelay = TimeSpan.FromMilliseconds(300);

    public void RouterLost(RouterNode router) => Scheduler.After(ActivationDelay, () =>
    {
        if (router == Router)
        {
            ActivateRouter();
        }
    });

    public void ActivateRouter()
    {
        RouterNode router = new(this, _routers.Count + 1, _routers.Count % 2);
        _routers.Add(router);
        Trace.Write($"{router.Name} is activated");
        router.Start();
        Checker.NewRouter();
        TellMembers(router);
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
