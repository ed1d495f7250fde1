using OrleansInference.Silo.LocalCluster;
using OrleansInference.Silo.Settings;

namespace OrleansInference.ClusterTests.Nodes;

public sealed class LocalNodesTests
{
    [Fact]
    public void NodesOfOneMachineHaveTheirPartsOfItsCoresAndItsMemory()
    {
        NodeOptions options = new() { Nodes = new() { Count = 4 }, Http = new() { Port = 8300 } };
        string[] node = LocalNodes.OfNode(options, 2);
        Assert.Equal(["--node", "node-3", "--port", "8302"], node[..4]);
        Assert.Equal(["--threads", $"{Math.Max(1, Environment.ProcessorCount / 4)}"], node[4..6]);
        Assert.Equal(["--postgres-wait", "60", "--device-memory", $"{options.Devices.Bytes / 4}"], node[6..]);
    }

    [Fact]
    public void WhatIsSaidOfThemHoldsForEachNode()
    {
        string[] node = LocalNodes.OfNode(new NodeOptions { Nodes = new() { Count = 4 }, Compute = new() { Threads = Environment.ProcessorCount + 1 }, Devices = new() { DeviceMemory = 2L << 30 } }, 0);
        Assert.Contains($"{Environment.ProcessorCount + 1}", node);
        Assert.DoesNotContain("--device-memory", node);
    }
}
