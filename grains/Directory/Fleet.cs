using OrleansInference.Cluster.Fleet;
using OrleansInference.Cluster.Hosting;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;

namespace OrleansInference.Grains.Directory;

/// <summary>
/// Directory's decision about which device serves which pipeline: <see cref="FleetControl"/> with the announcements of nodes and routers. With one pipeline
/// there is nothing to decide.
/// </summary>
public sealed class Fleet
{
    private static readonly RouterSummary[] Alone = [RouterSummary.None];

    private readonly IClusterStore _store;
    private readonly IAllocationSource _source;
    private readonly FleetControl? _control;
    private readonly SortedDictionary<int, RouterSummary> _routers = [];
    private Task _saving = Task.CompletedTask;

    private Fleet(IClusterStore store, IAllocationSource source, FleetControl? control)
    {
        _store = store;
        _source = source;
        _control = control;
    }

    /// <summary>Opens the fleet with the stored allocation.</summary>
    public static async Task<Fleet> OpenAsync(IClusterStore store, IAllocationSource source, int pipelines)
    {
        FleetControl? control = pipelines == 1
            ? null
            : new FleetControl(await store.NextActivationAsync(), pipelines, source, await store.ReadAllocationAsync() ?? DeviceAllocation.None);
        return new Fleet(store, source, control);
    }

    /// <summary>Last reported status of the routers of all pipelines; at least one.</summary>
    public IReadOnlyList<RouterSummary> Routers => _routers.Count == 0 ? Alone : [.. _routers.Values];

    /// <summary>Whether a later directory has taken over.</summary>
    public bool Ended => _control?.Ended == true;

    /// <summary>Records a router's status.</summary>
    public void Update(RouterSummary router) => _routers[router.Pipeline] = router with { Takes = Of(router.Pipeline).Takes, Rate = Of(router.Pipeline).Rate };

    /// <summary>Records that a router does not answer.</summary>
    public void Missed(int pipeline) => _routers[pipeline] = Of(pipeline) with { Serves = false };

    /// <summary>Divides the devices among the pipelines if there is a reason to.</summary>
    /// <param name="nodes">All nodes.</param>
    /// <param name="changed">Called when another allocation has come into force.</param>
    /// <returns>The pipelines.</returns>
    public IReadOnlyList<int> Allocate(IReadOnlyList<NodeState> nodes, Action changed)
    {
        if (_control is null)
        {
            return [0];
        }

        FleetDevice[] devices = DevicesOf(nodes);
        FleetPipeline[] pipelines = Pipelines(devices);
        if (_source is PlannedSource planned)
        {
            planned.Describe(nodes);
            Refuse(planned);
        }

        if (_saving.IsCompleted && _control.Next(devices, pipelines, TimeSpan.FromMilliseconds(Environment.TickCount64)) is { } next)
        {
            _saving = SaveAsync(next, changed);
        }

        foreach (var load in _control.LoadsOf(Pipelines(devices)))
        {
            _routers[load.Pipeline] = Of(load.Pipeline) with { Takes = load.Takes, Rate = load.Rate };
        }

        int[] present = [.. _control.PipelinesOf(devices)];
        foreach (int gone in _routers.Keys.Except(present).ToArray())
        {
            _routers.Remove(gone);
        }

        return present;
    }

    /// <summary>Orders for devices that do not serve the pipeline that they belong to.</summary>
    public IReadOnlyList<DeviceOrder> Orders(IReadOnlyList<NodeState> nodes)
    {
        FleetDevice[] devices = _control is null ? [] : DevicesOf(nodes);
        return _control is null ? [] : [.. _control.Orders(devices, Pipelines(devices)).Select(DeviceOrder.Of)];
    }

    private async Task SaveAsync(DeviceAllocation next, Action changed)
    {
        DeviceAllocation? stored = null;
        try
        {
            stored = await _store.SaveAllocationAsync(next);
        }
        finally
        {
            if (stored is not null)
            {
                _control!.Saved(stored);
            }
            else
            {
                _control!.Missed(); // the store is away
            }

            changed();
        }
    }

    private FleetPipeline[] Pipelines(FleetDevice[] devices) => [.. _control!.PipelinesOf(devices).Select(number => PipelineOf(Of(number)))];

    private RouterSummary Of(int pipeline) => _routers.GetValueOrDefault(pipeline) ?? RouterSummary.None with { Pipeline = pipeline };

    private static FleetPipeline PipelineOf(RouterSummary router) => new(
        router.Pipeline, router.Number > 0, router.Serves, router.Phase == nameof(PlanPhase.Waiting), router.Sessions, router.Assignments);

    /// <summary>Devices of all given nodes.</summary>
    public static FleetDevice[] DevicesOf(IReadOnlyList<NodeState> nodes) =>
        [.. nodes.SelectMany(static node => node.Devices.Select(device => new FleetDevice(new DeviceLife(device.Number, 1), node.Draining, device.Pipeline)))];

    /// <summary>Derives a router's membership message from a view: devices with an order count as draining.</summary>
    public static MembershipChanged MembersOf(int pipeline, ClusterView view) => FleetControl.Members(
        pipeline, DevicesOf(view.Nodes).Select(device => device with { Draining = device.Draining || view.Orders.Any(order => order.Device == device.Device.Device) }));

    /// <summary>Layers that a device had no room for under one router also have no room under another.</summary>
    private void Refuse(PlannedSource planned)
    {
        planned.ForgetRefusals();
        foreach (RefusalSummary refusal in _routers.Values.SelectMany(static router => router.Refusals))
        {
            planned.Refuse(new DeviceLife(refusal.Device, 1), new LayerRange(refusal.FirstLayer, refusal.EndLayer));
        }
    }
}
