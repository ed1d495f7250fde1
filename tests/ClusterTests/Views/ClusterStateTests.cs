using OrleansInference.Grains.Directory;
using static OrleansInference.ClusterTests.Views.SampleNodes;

namespace OrleansInference.ClusterTests.Views;

public sealed class ClusterStateTests
{
    private readonly ClusterState _state = new(Guid.NewGuid(), "node-1") { Complete = true };

    [Fact]
    public void Figures_reach_the_directory_and_are_no_change_for_others()
    {
        _state.Take(Node(10));
        long version = _state.Version;
        NodeFigures figures = NodeFigures.Of(Node(10).WithDevice(static device => device with { Steps = 9, EndLayer = 4 }) with { Sessions = 3 });
        Assert.True(_state.TryTake(new NodeReport(10, 1, _state.Activation, version, null, figures), out bool informRouters));
        Assert.False(informRouters);
        Assert.True(_state.Since(version)!.IsEmpty);
        NodeState shown = Assert.Single(_state.View.Nodes);
        Assert.Equal((3, 9, 4), (shown.Sessions, shown.Devices[0].Steps, shown.Devices[0].EndLayer));
    }

    [Fact]
    public void A_condition_is_sent_without_the_rest_of_the_node()
    {
        _state.Take(Node(10));
        _state.Take(Node(20));
        long version = _state.Version;
        NodeCondition drains = NodeCondition.Of(Node(20) with { Draining = true });
        Assert.True(_state.TryTake(new NodeReport(20, 1, _state.Activation, version, drains, null), out bool informRouters));
        Assert.True(informRouters);
        ViewChanges changes = _state.Since(version)!;
        Assert.Equal(drains, Assert.Single(changes.Conditions!));
        Assert.Null(changes.Nodes);
    }

    [Fact]
    public void A_node_that_is_new_since_the_version_is_sent_whole_and_once()
    {
        _state.Take(Node(10));
        long version = _state.Version;
        _state.Take(Node(20));
        _state.TryTake(new NodeReport(20, 1, _state.Activation, _state.Version, NodeCondition.Of(Node(20) with { Draining = true }), null), out _);
        ViewChanges changes = _state.Since(version)!;
        Assert.True(Assert.Single(changes.Nodes!).Draining);
        Assert.Null(changes.Conditions);
    }

    [Theory]
    [InlineData(false, true, true)]
    [InlineData(true, false, true)]
    [InlineData(true, true, false)]
    public void Who_is_not_known_has_to_announce_everything(bool sameActivation, bool sameVersion, bool sameNode)
    {
        _state.Take(Node(10));
        Assert.False(_state.TryTake(new NodeReport(sameNode ? 10 : 11, 1, sameActivation ? _state.Activation : Guid.NewGuid(), sameVersion ? _state.Version : _state.Version + 1, null, null), out _));
    }

    [Fact]
    public void A_report_that_was_overtaken_changes_nothing()
    {
        _state.Take(Node(10));
        _state.TryTake(new NodeReport(10, 2, _state.Activation, _state.Version, NodeCondition.Of(Node(10) with { Draining = true }), null), out _);
        Assert.True(_state.TryTake(new NodeReport(10, 1, _state.Activation, _state.Version, NodeCondition.Of(Node(10)), null), out _));
        Assert.True(Assert.Single(_state.Nodes).Draining);
    }

    [Fact]
    public void The_removal_of_a_node_includes_the_drain_that_it_followed()
    {
        _state.Take(Node(10));
        _state.Take(Node(20));
        Assert.True(_state.Drain(Node(20).Name));
        Assert.False(_state.Drain("nobody"));
        long version = _state.Version;
        _state.Remove(static node => node.Gateway == 20);
        ViewChanges changes = _state.Since(version)!;
        Assert.Equal([20], changes.Removed!);
        Assert.Empty(changes.Drains!);
    }

    [Fact]
    public void Of_a_router_the_load_is_sent_where_there_are_several_and_all_else_when_it_changes()
    {
        RouterSummary first = new() { Number = 1, Serves = true, Sessions = 1, Figures = new() { Steps = 1 } };
        _state.Set([first]);
        long alone = _state.Version;
        _state.Set([first with { Sessions = 2, Figures = new() { Steps = 2 } }]);
        Assert.True(_state.Since(alone)!.IsEmpty);

        _state.Set([first with { Sessions = 2 }, first with { Pipeline = 1 }]);
        Assert.Equal([new RouterLoad(0, 2)], _state.Since(alone)!.Loads!);
        Assert.Equal([1], _state.Since(alone)!.Routers!.Select(static router => router.Pipeline));

        long both = _state.Version;
        _state.Set([first with { Sessions = 2, Serves = false }]);
        Assert.False(Assert.Single(_state.Since(both)!.Routers!).Serves);
        Assert.Equal([1], _state.Since(both)!.Ended!);
    }

    [Fact]
    public void Who_goes_by_other_terms_is_refused_and_not_sent_to_others()
    {
        _state.Take(Node(10));
        long version = _state.Version;
        _state.Take(Node(20) with { Admitted = false, Terms = Terms with { KvTokens = 128 } });
        Assert.Contains("128 tokens", _state.RefusalOf(20), StringComparison.Ordinal);
        Assert.Null(_state.RefusalOf(10));
        Assert.True(_state.Since(version)!.IsEmpty);
    }
}
