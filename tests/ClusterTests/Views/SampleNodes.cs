using System.Net;
using Orleans.Runtime;
using OrleansInference.Grains.Directory;

namespace OrleansInference.ClusterTests.Views;

/// <summary>Nodes, and views in a form that can be compared: what nodes go by, without the figures.</summary>
internal static class SampleNodes
{
    public static readonly ClusterConfig Terms = new() { Model = "demo", Fingerprint = "fp_1", KvType = "f32", KvTokens = 64, MessageVersion = 1 };

    public static NodeState Node(int gateway) => new()
    {
        Name = $"node-{gateway % 7}",
        Silo = SiloAddress.New(IPAddress.Loopback, 1000 + gateway, 1),
        Gateway = gateway,
        Url = "http://localhost:8000",
        Devices = [new DeviceState { Number = gateway + 1, MemoryBytes = 1 << 30, ReadBandwidth = 2e10, ArithmeticRate = 1e11, Pages = 64, StepTokens = 512 }],
        Terms = Terms with { },
        LinkPort = 7000,
        LinkKey = [1, 2, 3],
        Admitted = true,
    };

    public static NodeState WithDevice(this NodeState node, Func<DeviceState, DeviceState> change) => node with { Devices = [change(node.Devices[0])] };

    public static string Describe(ClusterView view) => string.Join('\n', (string[])
    [
        $"{view.Directory} {view.Activation} {view.Version} {(view.Complete ? "complete" : "incomplete")} drains [{string.Join(' ', view.Drains)}] orders [{string.Join(' ', view.Orders)}]",
        .. view.Nodes.Select(Describe),
        .. view.Routers.Select(router => $"router {router.Pipeline} {router.Number} {router.Phase} {router.Serves} {router.Epoch} {(view.Routers.Count > 1 ? router.Sessions : -1)}"),
    ]);

    public static string Describe(NodeState node) =>
        $"{node.Name} {node.Silo} {node.Gateway} {node.Url} {node.LinkPort} {node.Draining} {node.Admitted} {string.Join(' ', node.Devices.Select(static device => $"{device.Number} {DeviceCondition.Of(device)}"))}";
}
