using OrleansInference.Cluster.Hosting;
using OrleansInference.Cluster.Planning;
using OrleansInference.Cluster.Protocol;

namespace OrleansInference.Grains.Directory;

/// <summary>Input of the planner from the states of nodes.</summary>
internal static class PlannedSourceExtensions
{
    /// <summary>Describes the devices of all nodes to a planner.</summary>
    public static void Describe(this PlannedSource planned, IReadOnlyList<NodeState> nodes)
    {
        foreach (NodeState node in nodes)
        {
            foreach (DeviceState device in node.Devices)
            {
                planned.Describe(new DeviceLife(device.Number, 1), new DeviceDescription
                {
                    Id = string.Empty,
                    Node = node.Name,
                    Kind = device.Kind,
                    MemoryBytes = device.MemoryBytes,
                    ReadBandwidth = device.ReadBandwidth,
                    ArithmeticRate = device.ArithmeticRate,
                }, device.RateShare);
            }
        }

        planned.Weigh(nodes.SelectMany(static node => node.Devices).Select(static device => new DeviceLife(device.Number, 1)), TimeSpan.FromMilliseconds(Environment.TickCount64));
    }
}
