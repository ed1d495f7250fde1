using OrleansInference.Cluster.Fleet;
using OrleansInference.Cluster.Hosting;
using OrleansInference.Cluster.Protocol;

namespace OrleansInference.Grains.Directory;

/// <summary>Which device serves which pipeline, as the directory decides it: <see cref="FleetControl"/> with what nodes and routers say. Of one pipeline there is nothing to decide.</summary>
internal sealed class Fleet
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

    /// <summary>Begins with the division that is stored.</summary>
    public static async Task<Fleet> OpenAsync(IClusterStore store, IAllocationSource source, int pipelines)
    {
        FleetControl? control = pipelines == 1
            ? null
            : new FleetControl(await store.NextActivationAsync(), pipelines, source, await store.ReadDivisionAsync() ?? DeviceAllocation.None);
        return new Fleet(store, source, control);
    }

    /// <summary>The routers of all pipelines, as of their last words; at least one.</summary>
    public IReadOnlyList<RouterSummary> Routers => _routers.Count == 0 ? Alone : [.. _routers.Values];

    /// <summary>Whether a later directory rules.</summary>
    public bool Ended => _control?.Ended == true;

    /// <summary>Takes note of what a router says.</summary>
    public void Update(RouterSummary router) => _routers[router.Pipeline] = router with { Takes = Of(router.Pipeline).Takes, Rate = Of(router.Pipeline).Rate };

    /// <summary>Takes note that a router does not answer.</summary>
    public void Missed(int pipeline) => _routers[pipeline] = Of(pipeline) with { Serves = false };

    /// <summary>Divides the devices, where there is reason to.</summary>
    /// <param name="nodes">All that are there.</param>
    /// <param name="changed">Told when another division has come into force.</param>
    /// <returns>The pipelines that there are.</returns>
    public IReadOnlyList<int> Divide(IReadOnlyList<NodeState> nodes, Action changed)
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

    /// <summary>What devices are to do that do not serve the pipeline that they belong to.</summary>
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
            stored = await _store.SaveDivisionAsync(next);
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

    /// <summary>All devices of some nodes.</summary>
    public static FleetDevice[] DevicesOf(IReadOnlyList<NodeState> nodes) =>
        [.. nodes.SelectMany(static node => node.Devices.Select(device => new FleetDevice(new DeviceLife(device.Number, 1), node.Draining, device.Pipeline)))];

    /// <summary>What devices had no room for under one router, they have no room for under another.</summary>
    private void Refuse(PlannedSource planned)
    {
        planned.ForgetRefusals();
        foreach (RefusalSummary refusal in _routers.Values.SelectMany(static router => router.Refusals))
        {
            planned.Refuse(new DeviceLife(refusal.Device, 1), new LayerRange(refusal.FirstLayer, refusal.EndLayer));
        }
    }
}
