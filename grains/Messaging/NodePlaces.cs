using OrleansInference.Grains.Directory;

namespace OrleansInference.Grains.Messaging;

/// <summary>Which nodes gateways and devices are on, looked up for each message.</summary>
internal sealed class NodePlaces
{
    private readonly Dictionary<int, NodeState> _gateways = [];
    private readonly Dictionary<int, NodeState> _devices = [];

    public NodePlaces(ClusterView view)
    {
        View = view;
        foreach (NodeState node in view.Nodes)
        {
            _gateways.TryAdd(node.Gateway, node);
            foreach (DeviceState device in node.Devices)
            {
                _devices.TryAdd(device.Number, node);
            }
        }
    }

    public ClusterView View { get; }

    /// <summary>The node with a gateway; null when it is not there, or not yet known.</summary>
    public NodeState? WithGateway(int number) => _gateways.GetValueOrDefault(number);

    /// <summary>The node with a device; null when it is not there, or not yet known.</summary>
    public NodeState? WithDevice(int number) => _devices.GetValueOrDefault(number);
}
