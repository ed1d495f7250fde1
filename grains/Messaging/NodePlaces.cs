using OrleansInference.Grains.Directory;

namespace OrleansInference.Grains.Messaging;

/// <summary>Index of the nodes by gateway and by device, used for each message.</summary>
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

    /// <summary>Finds the node with a gateway; null if the node is lost or unknown.</summary>
    public NodeState? WithGateway(int number) => _gateways.GetValueOrDefault(number);

    /// <summary>Finds the node with a device; null if the node is lost or unknown.</summary>
    public NodeState? WithDevice(int number) => _devices.GetValueOrDefault(number);
}
