using OrleansInference.Simulation.Kernel;
using OrleansInference.Simulation.Scenarios;

namespace OrleansInference.Simulation.Cluster;

/// <summary>Faults of processes without a processor, of storage that stands still, and crashes during a migration.</summary>
internal sealed partial class World
{
    private readonly List<(MigrationPoint Point, int Victim)> _crashes = []; // armed crashes that wait for a migration
    private TimeSpan _frozenUntil;

    /// <summary>Whether durable storage stands still.</summary>
    public bool StoreFrozen => _frozenUntil > Timeline.Now;

    /// <summary>Takes the processor from one process, or from all.</summary>
    /// <param name="target">Number of a device, session host, gateway or pipeline's router, counted in this order; the number after the last means all of them.</param>
    /// <param name="until">Time at which the process gets it back.</param>
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
    /// <param name="point">Point of the migration at which to crash.</param>
    /// <param name="victim">0: the router; otherwise a device of the future plan, as far as it has that many.</param>
    public void CrashAt(MigrationPoint point, int victim) => _crashes.Add((point, victim));

    /// <summary>Handles a router's arrival at a point of a migration.</summary>
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

    /// <summary>Runs an action on durable storage when the storage does not stand still, or a little after a standstill.</summary>
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
