using Microsoft.Extensions.Logging;
using OrleansInference.ClusterTests.Storage;
using OrleansInference.ClusterTests.Views;
using OrleansInference.Grains.Directory;

namespace OrleansInference.ClusterTests.Logs;

public sealed class MemberLogTests
{
    private readonly NotedLog _log = new();

    [Fact]
    public void A_node_joins_and_leaves_once()
    {
        MemberLog members = new(_log, [], own: 9);
        NodeState[] two = [SampleNodes.Node(1), SampleNodes.Node(2)];
        members.Update([two[0]], complete: true);
        members.Update(two, complete: true);
        members.Update(two, complete: true);
        members.Update([two[0], two[1] with { Draining = true }], complete: true);
        members.Update([two[0]], complete: true);
        members.Update([], complete: true);
        Assert.Equal(
        [
            "Node node-1 at 127.0.0.1:1001 joined the cluster. Devices: 1; nodes: 1.", "Node node-2 at 127.0.0.1:1002 joined the cluster. Devices: 1; nodes: 2.",
            "Node node-2 left the cluster after its drain. Nodes: 1.", "Node node-1 left the cluster without a drain. Nodes: 0.",
        ], _log.Lines(LogLevel.Information));
        Assert.Equal(["Node node-1 left the cluster without a drain. Nodes: 0."], _log.Lines(LogLevel.Warning));
    }

    [Fact]
    public void A_directory_that_was_replaced_knows_who_was_there_and_misses_nobody_before_all_have_spoken()
    {
        MemberLog members = new(_log, [SampleNodes.Node(1), SampleNodes.Node(2)], own: 9);
        members.Update([SampleNodes.Node(1)], complete: false);
        Assert.Empty(_log.Lines(LogLevel.Information));
        members.Update([SampleNodes.Node(1)], complete: true);
        Assert.Equal(["Node node-2 left the cluster without a drain. Nodes: 1."], _log.Lines(LogLevel.Information));
    }

    [Fact]
    public void Other_weights_of_tenants_than_those_of_a_present_node_are_a_warning()
    {
        MemberLog members = new(_log, [], own: 9);
        NodeState[] nodes = [SampleNodes.Node(1) with { Weights = "a" }, SampleNodes.Node(2), SampleNodes.Node(3) with { Weights = "a" }, SampleNodes.Node(4) with { Weights = "b" }];
        members.Update(nodes[..3], complete: true);
        Assert.Empty(_log.Lines(LogLevel.Warning)); // the second is of an earlier version
        members.Update(nodes, complete: true);
        members.Update(nodes, complete: true);
        Assert.StartsWith("The tenant weights of node node-4 (b) differ from those of node node-1 (a).", Assert.Single(_log.Lines(LogLevel.Warning)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_node_that_stops_does_not_miss_itself()
    {
        MemberLog members = new(_log, [SampleNodes.Node(1)], own: 1);
        members.Update([], complete: true);
        Assert.Empty(_log.Lines(LogLevel.Information));
    }

    [Fact]
    public void A_refusal_is_said_once_with_its_reason()
    {
        MemberLog members = new(_log, [], own: 9);
        members.Refuse(SampleNodes.Node(1), "KvType is f32 there.");
        members.Refuse(SampleNodes.Node(1), "KvType is f32 there.");
        Assert.Equal(["Node node-1 at 127.0.0.1:1001 is refused: KvType is f32 there."], _log.Lines(LogLevel.Warning));
    }
}
