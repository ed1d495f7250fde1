using Microsoft.Extensions.Logging;
using OrleansInference.Cluster.Storage;
using OrleansInference.Cluster.Views;
using OrleansInference.Grains.Directory;

namespace OrleansInference.Cluster.Logs;

public sealed class MemberLogTests
{
    private readonly NotedLog _log = new();

    [Fact]
    public void A_node_joins_and_leaves_once()
    {
        MemberLog members = new(_log, []);
        NodeState[] two = [SampleNodes.Node(1), SampleNodes.Node(2)];
        members.Update([two[0]], complete: true);
        members.Update(two, complete: true);
        members.Update(two, complete: true);
        members.Update([two[0], two[1] with { Draining = true }], complete: true);
        members.Update([two[0]], complete: true);
        members.Update([], complete: true);
        Assert.Equal(
        [
            "Node node-1 at 127.0.0.1:1001 joined with 1 devices; the cluster has 1 nodes.", "Node node-2 at 127.0.0.1:1002 joined with 1 devices; the cluster has 2 nodes.",
            "Node node-2 left after its drain; the cluster has 1 nodes.", "Node node-1 left without a drain; the cluster has 0 nodes.",
        ], _log.Lines(LogLevel.Information));
        Assert.Equal(["Node node-1 left without a drain; the cluster has 0 nodes."], _log.Lines(LogLevel.Warning));
    }

    [Fact]
    public void A_directory_that_was_replaced_knows_who_was_there_and_misses_nobody_before_all_have_spoken()
    {
        MemberLog members = new(_log, [SampleNodes.Node(1), SampleNodes.Node(2)]);
        members.Update([SampleNodes.Node(1)], complete: false);
        Assert.Empty(_log.Lines(LogLevel.Information));
        members.Update([SampleNodes.Node(1)], complete: true);
        Assert.Equal(["Node node-2 left without a drain; the cluster has 1 nodes."], _log.Lines(LogLevel.Information));
    }

    [Fact]
    public void A_refusal_is_said_once_with_its_reason()
    {
        MemberLog members = new(_log, []);
        members.Refuse(SampleNodes.Node(1), "KvType is f32 there.");
        members.Refuse(SampleNodes.Node(1), "KvType is f32 there.");
        Assert.Equal(["Node node-1 at 127.0.0.1:1001 is refused: KvType is f32 there."], _log.Lines(LogLevel.Warning));
    }
}
