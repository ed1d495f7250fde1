using OrleansInference.Cluster.Fleet;
using OrleansInference.Cluster.Router;

namespace OrleansInference.Simulation.Cluster;

/// <summary>Directory of several pipelines, which allocates the devices. Its knowledge is current, its messages may be lost, and a replaced directory may continue for a while.</summary>
internal sealed partial class World
{
    private static readonly TimeSpan EarlierGoesOn = TimeSpan.FromSeconds(1);
    private const double LostOrders = 0.2;

    private readonly List<FleetControl> _directories = []; // active ones
    private readonly IAllocationSource _allocations;
    private DeviceAllocation? _allocation;
    private int _activatedDirectories;

    /// <summary>The last activated directory.</summary>
    public FleetControl Directory => _directories[^1];

    /// <param name="keepsEarlier">Whether the previous directory continues for a while.</param>
    public void ActivateDirectory(bool keepsEarlier = false)
    {
        FleetControl[] earlier = [.. _directories];
        if (!keepsEarlier)
        {
            _directories.Clear();
        }

        int number = ++_activatedDirectories;
        _directories.Add(new FleetControl(number, Scenario.Pipelines, _allocations, _allocation ?? DeviceAllocation.None));
        Trace.Write($"directory {number} is activated");
        Timeline.After(EarlierGoesOn, () => _directories.RemoveAll(earlier.Contains));
    }

    /// <summary>Number of devices that changed their pipeline.</summary>
    public long DeviceMoves { get; set; }

    /// <returns>Description of a device that serves another pipeline than it should; null if there is none.</returns>
    public string? FindStray()
    {
        DeviceNode? stray = Scenario.Pipelines == 1 || _allocation is null
            ? null
            : Devices.FirstOrDefault(device => device is { Alive: true, Draining: false } && device.Actor.Pipeline != _allocation.PipelineOf(device.Identity));
        return stray is null ? null : $"{stray.Name} serves pipeline {stray.Actor.Pipeline}, by the {_allocation}";
    }

    private List<FleetDevice> FleetDevices() =>
        [.. Devices.Where(static device => device.Alive).Select(static device => new FleetDevice(device.Identity, device.Draining, device.Actor.Pipeline))];

    private void Allocate()
    {
        if (Scenario.Pipelines == 1 || StoreFrozen)
        {
            return;
        }

        List<FleetDevice> devices = FleetDevices();
        foreach (FleetControl directory in _directories)
        {
            FleetPipeline[] pipelines = [.. directory.PipelinesOf(devices).Select(pipeline => StateOf(RouterOf(pipeline)))];
            if (directory.Next(devices, pipelines, Timeline.Now) is { } next)
            {
                _allocation = _wire.Carry(PlanStore.Save(_allocation, next));
                directory.Saved(_allocation);
                Trace.Write($"{_allocation}");
            }

            foreach (ServePipeline order in directory.Orders(devices, pipelines))
            {
                Give(order);
            }

            if (directory == Directory)
            {
                SendLoads(directory.LoadsOf(pipelines));
            }
        }
    }

    private static FleetPipeline StateOf(RouterNode router)
    {
        RouterActor machine = router.Actor;
        PlanPhase phase = machine.Coordinator.Phase;
        return new FleetPipeline(
            router.Pipeline, phase != PlanPhase.Reading, router.Alive && phase >= PlanPhase.Serving && phase != PlanPhase.Stopped, phase == PlanPhase.Waiting,
            machine.Sessions.Count, machine.Coordinator.Plan?.Stages ?? []);
    }

    private void Give(ServePipeline order)
    {
        DeviceNode device = Devices[order.Device.Device];
        if (_storage.Chance(LostOrders))
        {
            return;
        }

        ControlMessage carried = _wire.Carry(order);
        Timeline.After(TimeSpan.FromMilliseconds(1 + (_storage.Unit() * 200)), device, () => device.Receive(carried));
    }

    private void SendLoads(IReadOnlyList<PipelineLoad> loads)
    {
        foreach (SessionHostNode host in SessionHosts.Where(static host => host.Alive))
        {
            Timeline.After(TimeSpan.FromMilliseconds(5), host, () => host.Update(loads));
        }
    }
}
