using System.Diagnostics.Metrics;
using OrleansInference.Api.Metrics;
using OrleansInference.Grains.Directory;
using OrleansInference.Serving.Control;

namespace OrleansInference.Silo.Metrics;

/// <summary>
/// The cluster on a node's <c>/metrics</c>. What is named node or device is this node's own and labelled so; what is named cluster or router is what this node was
/// last told, so that nodes which cannot hear each other show it.
/// </summary>
internal sealed class ClusterMetrics : IMetricSource, IDisposable
{
    public const string MeterName = "OrleansInference.Silo";

    private const string Prefix = "orleans_inference_";

    private static readonly string[] Parts = ["plan", "load", "replay", "among"];
    private static readonly string[] StepParts = ["computing", "waiting", "hops"];
    private static readonly string[] Rungs = ["journal", "prefix", "full"];

    private readonly Func<ClusterView> _view;
    private readonly Func<NodeState> _node;

    /// <param name="factory">Makes the meter.</param>
    /// <param name="view">The cluster as this node knows it.</param>
    /// <param name="node">This node as it is now.</param>
    public ClusterMetrics(IMeterFactory factory, Func<ClusterView> view, Func<NodeState> node)
    {
        _view = view;
        _node = node;
        Meter = factory.Create(MeterName);

        Gauge("cluster_nodes", "Nodes of the cluster.", cluster => [new(cluster.Nodes.Count)]);
        Gauge("cluster_nodes_draining", "Nodes that hand over before they stop.", cluster => [new(cluster.Nodes.Count(static other => other.Draining))]);

        Gauge("router_serves", "1 when a plan is in force.", cluster => [new(cluster.Router.Serves ? 1 : 0)]);
        Gauge("router_activation", "Which activation of the router rules; a later one has a higher number.", cluster => [new(cluster.Router.Number)]);
        Gauge("router_epoch", "Plans up to the one in force.", cluster => [new(Epochs.CountOf(cluster.Router.Epoch))]);
        Gauge("router_stages", "Stages of the plan in force.", cluster => [new(cluster.Router.Stages.Count)]);
        Gauge("router_sessions", "Sessions with sequences under way.", cluster => [new(cluster.Router.Sessions)]);
        Total("router_recoveries", "Losses that ended with a plan in force.", cluster => [new(cluster.Router.Recoveries)]);
        Total("router_migrations", "Changes of the plan without a loss.", cluster => [new(cluster.Router.Migrations)]);
        Gauge("router_devices_without_room", "Devices that had no room for layers that they were given.", cluster => [new(cluster.Router.Refusals.Count)]);
        Total("router_loads_refused", "Times that a device had no room for layers.", cluster => [new(cluster.Router.LoadsRefused)]);
        Total("router_recovered_sequences", "Sequences brought back after a loss, by rung.", static cluster => Rungs.Select((rung, i) =>
            new Measurement<long>(cluster.Router.Recovered[i], new KeyValuePair<string, object?>("rung", rung))));
        Total("router_recovery_milliseconds", "Time of recoveries until the next plan was saved, its stages had joined it, lost pages were back; and of the largest stage in steps with lost pages.", static cluster =>
            Parts.Select((part, i) => new Measurement<long>(cluster.Router.RecoveryMilliseconds.ElementAtOrDefault(i), new KeyValuePair<string, object?>("part", part))));

        Total("router_timed_steps", "Steps whose time was taken apart.", cluster => [new(cluster.Router.TimedSteps)]);
        Total("router_hops", "Ways of those steps from the router to a stage, from stage to stage, and back to the router.", cluster => [new(cluster.Router.Hops)]);
        Total("router_step_milliseconds", "Time of those steps: stages computed, the step waited for a stage to be free, the step was between them.", static cluster =>
            StepParts.Zip([cluster.Router.ComputingTime, cluster.Router.WaitingTime, cluster.Router.HopTime], Part));

        Own("node_draining", "1 while the node hands over before it stops.", static node => node.Draining ? 1 : 0);
        Own("node_sessions", "Sessions that are active on the node.", static node => node.Sessions);
        Own("node_streams", "Streams of clients of the node.", static node => node.Streams);
        OwnTotal("node_link_messages", "Messages that the node sent to others over links.", static node => node.LinkMessages);
        OwnTotal("node_link_bytes", "About how many bytes those were.", static node => node.LinkBytes);
        OwnTotal("node_call_messages", "Messages that the node sent to others as grain calls.", static node => node.CallMessages);
        Device("device_layers", "Layers that run on the device.", static device => device.EndLayer - device.FirstLayer);
        Device("device_first_layer", "First layer that runs on the device.", static device => device.FirstLayer, static device => device.EndLayer > device.FirstLayer);
        Device("device_epoch", "Plans up to the one in force on the device.", static device => Epochs.CountOf(device.Epoch));
        Device("device_pages", "Pages of the device's pool.", static device => device.Pages);
        Device("device_memory_bytes", "Memory of the device for weights and pages.", static device => device.MemoryBytes);
        DeviceTotal("device_steps", "Steps that the device computed.", static device => device.Steps);
        DeviceTotal("device_computing_milliseconds", "Time in which it computed those.", static device => (long)device.Computing.TotalMilliseconds);
        DeviceTotal("device_waiting_milliseconds", "Time in which those waited for the device to be free.", static device => (long)device.Waiting.TotalMilliseconds);
        DeviceTotal("device_copied_bytes", "Bytes of pages that migrations took from the device.", static device => device.CopiedBytes);
        DeviceTotal("device_replaying_milliseconds", "Time in which the device computed pages again for recoveries.", static device => (long)device.Replaying.TotalMilliseconds);
        DeviceTotal("device_replayed_bytes", "Bytes of hidden states that recoveries took from the device.", static device => device.ReplayedBytes);
        Device("device_read_bytes_per_second", "Memory bandwidth of the device, as measured when the node started.", static device => (long)device.ReadBandwidth);
    }

    public Meter Meter { get; }

    public void Dispose() => Meter.Dispose();

    private void Gauge(string name, string description, Func<ClusterView, IEnumerable<Measurement<long>>> read) =>
        Meter.CreateObservableGauge(Prefix + name, () => read(_view()), null, description);

    private void Total(string name, string description, Func<ClusterView, IEnumerable<Measurement<long>>> read) =>
        Meter.CreateObservableCounter(Prefix + name, () => read(_view()), null, description);

    private void Own(string name, string description, Func<NodeState, long> read) =>
        Meter.CreateObservableGauge(Prefix + name, () => OfThisNode(read), null, description);

    private void OwnTotal(string name, string description, Func<NodeState, long> read) =>
        Meter.CreateObservableCounter(Prefix + name, () => OfThisNode(read), null, description);

    private Measurement<long> OfThisNode(Func<NodeState, long> read)
    {
        NodeState node = _node();
        return new Measurement<long>(read(node), new KeyValuePair<string, object?>("node", node.Name));
    }

    private static Measurement<long> Part(string part, TimeSpan time) => new((long)time.TotalMilliseconds, new KeyValuePair<string, object?>("part", part));

    private void Device(string name, string description, Func<DeviceState, long> read, Func<DeviceState, bool>? has = null) =>
        Meter.CreateObservableGauge(Prefix + name, () => OfThisNodesDevices(read, has), null, description);

    private void DeviceTotal(string name, string description, Func<DeviceState, long> read) =>
        Meter.CreateObservableCounter(Prefix + name, () => OfThisNodesDevices(read, null), null, description);

    private IEnumerable<Measurement<long>> OfThisNodesDevices(Func<DeviceState, long> read, Func<DeviceState, bool>? has)
    {
        NodeState node = _node();
        return node.Devices.Where(device => has?.Invoke(device) != false).Select(device => new Measurement<long>(
            read(device), new KeyValuePair<string, object?>("node", node.Name), new KeyValuePair<string, object?>("device", device.Number)));
    }
}
