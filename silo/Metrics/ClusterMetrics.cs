using System.Diagnostics.Metrics;
using OrleansInference.Api.Metrics;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Grains.Directory;

namespace OrleansInference.Silo.Metrics;

/// <summary>
/// Metrics of the cluster in a node's <c>/metrics</c>. Instruments named node or device describe this node and carry its label. Instruments named cluster or
/// router show the last state that this node received, so that nodes that cannot reach each other reveal it. Routers are distinguished by their pipelines.
/// </summary>
internal sealed class ClusterMetrics : IMetricSource, IDisposable
{
    public const string MeterName = "OrleansInference.Silo";

    private const string Prefix = "orleans_inference_";

    private static readonly string[] Parts = ["plan", "load", "replay", "inline_recompute"];
    private static readonly string[] StepParts = ["computing", "waiting", "hops"];
    private static readonly string[] Strategies = ["journal", "prefix", "full"];

    private readonly Func<ClusterView> _view;
    private readonly Func<NodeState> _node;
    private readonly Func<CancellationToken, Task>? _refresh;

    /// <param name="factory">Creates the meter.</param>
    /// <param name="view">This node's view of the cluster.</param>
    /// <param name="node">Current state of this node.</param>
    /// <param name="refresh">Updates the figures of the view.</param>
    public ClusterMetrics(IMeterFactory factory, Func<ClusterView> view, Func<NodeState> node, Func<CancellationToken, Task>? refresh = null)
    {
        _refresh = refresh;
        _view = view;
        _node = node;
        Meter = factory.Create(MeterName);

        Gauge("cluster_nodes", "Nodes of the cluster.", cluster => [new(cluster.Nodes.Count)]);
        Gauge("cluster_nodes_draining", "Nodes that drain.", cluster => [new(cluster.Nodes.Count(static other => other.Draining))]);

        RouterGauge("router_serves", "1 when a plan is in force.", static router => router.Serves ? 1 : 0);
        RouterGauge("router_activation", "Number of the router's activation; a later activation has a higher number.", static router => router.Number);
        RouterGauge("router_epoch", "Number of plans, including the one in force.", static router => Epochs.CountOf(router.Epoch));
        RouterGauge("router_stages", "Stages of the plan in force.", static router => router.Stages.Count);
        RouterGauge("router_sessions", "Sessions with running or waiting sequences.", static router => router.Sessions);
        RouterTotal("router_recoveries", "Losses that ended with a plan in force.", static router => router.Recoveries);
        RouterTotal("router_migrations", "Changes of the plan without a loss.", static router => router.Migrations);
        RouterGauge("router_devices_without_room", "Devices that had no memory for their assigned layers.", static router => router.Refusals.Count);
        RouterTotal("router_loads_refused", "Loads that a device refused for lack of memory.", static router => router.LoadsRefused);
        RouterTotals("router_recovered_sequences", "Sequences restored after a loss, by recovery strategy.", "strategy", Strategies, static router => router.Recovered);
        RouterSecondsTotals("router_recovery_seconds", "Time of recoveries until the next plan was saved, until its stages had joined, and until lost pages were restored; and time of the largest stage in steps with lost pages (inline).", Parts,
            static router => [.. router.RecoveryMilliseconds.Select(static part => TimeSpan.FromMilliseconds(part))]);

        RouterTotal("router_verified_pages", "Cached pages that were recomputed and compared.", static router => router.VerifiedPages);
        RouterTotal("router_unproven_pages", "Pages that were dropped because a stage did not prove them.", static router => router.UnprovenPages);

        RouterTotal("router_timed_steps", "Steps whose time was measured by part.", static router => router.TimedSteps);
        RouterTotal("router_hops", "Hops of those steps: from the router to a stage, from stage to stage, and back to the router.", static router => router.Hops);
        RouterSecondsTotals("router_step_seconds", "Time of those steps by part: computing in stages, waiting for a stage, and hops.", StepParts,
            static router => [router.ComputingTime, router.WaitingTime, router.HopTime]);

        Own("node_draining", "1 while the node drains.", static node => node.Draining ? 1 : 0);
        Own("node_sessions", "Sessions that are active on the node.", static node => node.Sessions);
        Own("node_streams", "Client streams of the node.", static node => node.Streams);
        OwnTotal("node_link_messages", "Messages that the node sent to others over links.", static node => node.LinkMessages);
        OwnTotal("node_link_bytes", "Approximate bytes of those messages.", static node => node.LinkBytes);
        OwnTotal("node_call_messages", "Messages that the node sent to others as grain calls.", static node => node.CallMessages);
        Device("device_layers", "Layers that run on the device.", static device => device.EndLayer - device.FirstLayer);
        Device("device_first_layer", "First layer that runs on the device.", static device => device.FirstLayer, static device => device.EndLayer > device.FirstLayer);
        DeviceGauge("device_epoch", "Number of plans, including the one in force on the device.", static device => Epochs.CountOf(device.Epoch));
        Device("device_pages", "Pages of the device's pool.", static device => device.Pages);
        Device("device_memory_bytes", "Memory of the device for weights and pages.", static device => device.MemoryBytes);
        DeviceTotal("device_steps", "Steps that the device computed.", static device => device.Steps);
        DeviceSecondsTotal("device_computing_seconds", "Time in which the device computed steps.", static device => device.Computing);
        DeviceSecondsTotal("device_waiting_seconds", "Time in which steps waited for the device.", static device => device.Waiting);
        DeviceTotal("device_copied_bytes", "Bytes of pages that migrations read from the device.", static device => device.CopiedBytes);
        DeviceSecondsTotal("device_replaying_seconds", "Time in which the device recomputed pages for recoveries.", static device => device.Replaying);
        DeviceTotal("device_replayed_bytes", "Bytes of hidden states that recoveries read from the device.", static device => device.ReplayedBytes);
        DeviceTotal("device_corrupted_pages", "Pages whose content differed from the recomputed content.", static device => device.CorruptedPages);
        Device("device_read_bytes_per_second", "Highest measured memory bandwidth of the device.", static device => (long)device.ReadBandwidth);
        Meter.CreateObservableGauge(Prefix + "device_rate_ratio", () => OfThisNodesDevices(static device => device.RateShare.GetValueOrDefault(), static device => device.RateShare is not null), null, "Current fraction of the device's normal rate; 1 is the full rate.");
    }

    public Meter Meter { get; }

    public Task RefreshAsync(CancellationToken cancellationToken) => _refresh?.Invoke(cancellationToken) ?? Task.CompletedTask;

    public void Dispose() => Meter.Dispose();

    private void Gauge(string name, string description, Func<ClusterView, IEnumerable<Measurement<long>>> read) =>
        Meter.CreateObservableGauge(Prefix + name, () => read(_view()), null, description);

    private void RouterGauge(string name, string description, Func<RouterSummary, long> read) =>
        Meter.CreateObservableGauge(Prefix + name, () => OfRouters<long>(router => [new(read(router), OfPipeline(router))]), null, description);

    private void RouterTotal(string name, string description, Func<RouterSummary, long> read) =>
        Meter.CreateObservableCounter(Prefix + name, () => OfRouters<long>(router => [new(read(router), OfPipeline(router))]), null, description);

    /// <summary>Adds several totals of each router, distinguished by a label.</summary>
    private void RouterTotals(string name, string description, string label, string[] values, Func<RouterSummary, IReadOnlyList<long>> read) =>
        Meter.CreateObservableCounter(Prefix + name, () => OfRouters(router => values.Zip(read(router), (value, total) => new Measurement<long>(
            total, OfPipeline(router), new KeyValuePair<string, object?>(label, value)))), null, description);

    private void RouterSecondsTotals(string name, string description, string[] parts, Func<RouterSummary, IEnumerable<TimeSpan>> read) =>
        Meter.CreateObservableCounter(Prefix + name, () => OfRouters(router => parts.Zip(read(router), (part, time) => new Measurement<double>(
            time.TotalSeconds, OfPipeline(router), new KeyValuePair<string, object?>("part", part)))), "s", description);

    private IEnumerable<Measurement<T>> OfRouters<T>(Func<RouterSummary, IEnumerable<Measurement<T>>> read)
        where T : struct => _view().Routers.SelectMany(read);

    private static KeyValuePair<string, object?> OfPipeline(RouterSummary router) => new("pipeline", router.Pipeline);

    private void Own(string name, string description, Func<NodeState, long> read) =>
        Meter.CreateObservableGauge(Prefix + name, () => OfThisNode(read), null, description);

    private void OwnTotal(string name, string description, Func<NodeState, long> read) =>
        Meter.CreateObservableCounter(Prefix + name, () => OfThisNode(read), null, description);

    private Measurement<long> OfThisNode(Func<NodeState, long> read)
    {
        NodeState node = _node();
        return new Measurement<long>(read(node), new KeyValuePair<string, object?>("node", node.Name));
    }

    private void Device(string name, string description, Func<DeviceState, long> read, Func<DeviceState, bool>? has = null) =>
        Meter.CreateObservableGauge(Prefix + name, () => OfThisNodesDevices(read, has), null, description);

    /// <summary>Adds a gauge that is also distinguished by pipeline, as the routers' gauges are.</summary>
    private void DeviceGauge(string name, string description, Func<DeviceState, long> read) => Meter.CreateObservableGauge(Prefix + name, () =>
    {
        NodeState node = _node();
        return node.Devices.Select(device => new Measurement<long>(read(device), [.. LabelsOf(node, device), new("pipeline", device.Pipeline)]));
    }, null, description);

    private void DeviceTotal(string name, string description, Func<DeviceState, long> read) =>
        Meter.CreateObservableCounter(Prefix + name, () => OfThisNodesDevices(read, null), null, description);

    private void DeviceSecondsTotal(string name, string description, Func<DeviceState, TimeSpan> read) =>
        Meter.CreateObservableCounter(Prefix + name, () => OfThisNodesDevices(device => read(device).TotalSeconds, null), "s", description);

    private IEnumerable<Measurement<T>> OfThisNodesDevices<T>(Func<DeviceState, T> read, Func<DeviceState, bool>? has)
        where T : struct
    {
        NodeState node = _node();
        return node.Devices.Where(device => has?.Invoke(device) != false).Select(device => new Measurement<T>(read(device), LabelsOf(node, device)));
    }

    private static KeyValuePair<string, object?>[] LabelsOf(NodeState node, DeviceState device) => [new("node", node.Name), new("device", device.Number)];
}
