using OrleansInference.Cluster.Protocol;
using OrleansInference.Simulation.Kernel;
using OrleansInference.Simulation.Scenarios;

namespace OrleansInference.Simulation.Cluster;

/// <summary>Processes without a processor, storage that stands still, and crashes in the midst of a migration.</summary>
internal sealed partial class World
{
    private readonly List<(MigrationPoint Point, int Victim)> _crashes = []; // that wait for a migration
    private TimeSpan _frozenUntil;

    /// <summary>Whether durable storage stands still.</summary>
    public bool StoreFrozen => _frozenUntil > Timeline.Now;

    /// <summary>Takes the processor from a process, or from all.</summary>
    /// <param name="target">Devices, hosts of sessions, gateways and routers of pipelines, in this order; the number after the last means all of them.</param>
    /// <param name="until">When it gets it back.</param>
    public void Starve(int target, TimeSpan until)
    {
        SimulatedProcess[] all = [.. Devices, .. SessionHosts, .. Gateways, .. Rulers];
        foreach (SimulatedProcess process in target < all.Length ? all[target..(target + 1)] : all)
        {
            process.StarvedUntil = process.StarvedUntil > until ? process.StarvedUntil : until;
        }
    }

    public void FreezeStore(TimeSpan until) => _frozenUntil = _frozenUntil > until ? _frozenUntil : until;

    /// <summary>Arms a crash.</summary>
    /// <param name="point">When it comes.</param>
    /// <param name="victim">0: the router; otherwise a device of the plan to be, as far as there are so many.</param>
    public void CrashAt(MigrationPoint point, int victim) => _crashes.Add((point, victim));

    /// <summary>A router has come to a point of a migration.</summary>
    public void Reached(RouterNode router, MigrationPoint point)
    {
        int armed = point == MigrationPoint.None ? -1 : _crashes.FindIndex(crash => crash.Point == point);
        if (armed < 0)
        {
            return;
        }

        int victim = _crashes[armed].Victim;
        _crashes.RemoveAt(armed);
        DeviceLife[] devices = [.. router.Actor.Coordinator.DevicesOfPlans];
        SimulatedProcess process = victim == 0 || devices.Length == 0 ? router : Devices[devices[(victim - 1) % devices.Length].Device];
        Trace.Write($"{process.Name} crashes at {point}");
        Timeline.After(TimeSpan.Zero, process.Crash);
        if (process != router)
        {
            Timeline.After(TimeSpan.FromMilliseconds(600), process.Restart);
        }
    }

    /// <summary>Does something with durable storage when that does not stand still, a little later where it did.</summary>
    private void WhenStoreAnswers(Action action)
    {
        if (!StoreFrozen)
        {
            action();
            return;
        }

        Timeline.After(_frozenUntil - Timeline.Now + TimeSpan.FromMilliseconds(_storage.Unit() * 300), () => WhenStoreAnswers(action));
    }
}
