using OrleansInference.Silo;
using OrleansInference.Silo.LocalCluster;

namespace OrleansInference.ClusterTests.Nodes;

public sealed class LocalNodesTests
{
    [Fact]
    public void NodesOfOneMachineHaveTheirPartsOfItsCoresAndItsMemory()
    {
        SiloOptions options = new() { Nodes = 4, Port = 8300 };
        string[] node = LocalNodes.OfNode(options, 2);
        Assert.Equal(["--node", "node-3", "--port", "8302"], node[..4]);
        Assert.Equal(["--threads", $"{Math.Max(1, Environment.ProcessorCount / 4)}"], node[4..6]);
        Assert.Equal(["--postgres-wait", "60", "--device-memory", $"{options.DeviceBytes / 4}"], node[6..]);
    }

    [Fact]
    public void WhatIsSaidOfThemHoldsForEachNode()
    {
        string[] node = LocalNodes.OfNode(new SiloOptions { Nodes = 4, Threads = Environment.ProcessorCount + 1, DeviceMemory = "2GB" }, 0);
        Assert.Contains($"{Environment.ProcessorCount + 1}", node);
        Assert.DoesNotContain("--device-memory", node);
    }
}
