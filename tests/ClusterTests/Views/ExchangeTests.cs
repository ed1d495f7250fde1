using OrleansInference.Grains.Directory;
using static OrleansInference.ClusterTests.Views.SampleNodes;

namespace OrleansInference.ClusterTests.Views;

public sealed class ExchangeTests
{
    private readonly DirectoryExchange _exchange = new();
    private ClusterState _state = new(Guid.NewGuid(), "node-1") { Complete = true };
    private NodeState _node = Node(10);

    [Fact]
    public void A_node_announces_everything_once_and_then_that_it_lives()
    {
        Exchange();
        Announcement next = _exchange.Next(_node);
        Assert.NotNull(next.Changes);
        Assert.Null(next.Changes.Condition);
        Assert.Null(next.Changes.Figures);
    }

    [Fact]
    public void What_was_announced_without_a_reply_is_announced_again()
    {
        Exchange();
        _node = _node with { Draining = true, Sessions = 4 };
        _exchange.Next(_node);
        _exchange.OnFailure();
        Announcement again = _exchange.Next(_node);
        Assert.True(again.Changes!.Condition!.Draining);
        Assert.Equal(4, again.Changes.Figures!.Sessions);
    }

    [Fact]
    public void What_was_taken_back_before_it_was_answered_is_announced_as_taken_back()
    {
        Exchange();
        Announcement drains = _exchange.Next(_node with { Draining = true });
        Announcement stays = _exchange.Next(_node);
        _state.TryTake(drains.Changes!, out _);
        _state.TryTake(stays.Changes!, out _);
        Assert.False(Assert.Single(_state.Nodes).Draining);
        _state.TryTake(drains.Changes!, out _);
        Assert.False(Assert.Single(_state.Nodes).Draining);
    }

    [Fact]
    public void An_address_that_was_taken_back_before_it_was_answered_is_announced_as_taken_back()
    {
        Exchange();
        Announcement other = _exchange.Next(_node with { Url = "http://localhost:9000" });
        Announcement again = _exchange.Next(_node);
        Assert.Null(again.Changes);
        _state.Take(other.Node);
        _state.Take(again.Node);
        _state.Take(other.Node);
        Assert.Equal(_node.Url, Assert.Single(_state.Nodes).Url);
    }

    [Fact]
    public void A_directory_that_moved_learns_everything_in_the_next_exchange()
    {
        _node = _node with { Draining = true };
        Exchange();
        _state = new ClusterState(Guid.NewGuid(), "node-2") { Complete = true };
        Exchange();
        Assert.True(Assert.Single(_state.Nodes).Draining);
        Assert.Equal(Describe(_state.View), Describe(_exchange.View));
    }

    [Fact]
    public void A_directory_that_does_not_take_changes_is_announced_everything()
    {
        Exchange();
        Assert.NotNull(_exchange.Next(_node).Changes);
        _exchange.OnFailure();
        _exchange.OnFailure();
        Announcement everything = _exchange.Next(_node);
        Assert.Null(everything.Changes);
        _exchange.OnReply(everything, new ClusterView([_node], RouterSummary.None, [], "node-2")); // of an earlier version: without an activation
        Assert.Null(_exchange.Next(_node).Changes);
    }

    [Fact]
    public void A_rate_that_is_about_the_same_is_not_announced_and_one_that_is_not_is()
    {
        _node = _node.WithDevice(static device => device with { RateShare = 0.95 });
        Exchange();
        _node = _node.WithDevice(static device => device with { RateShare = 0.9, ReadBandwidth = device.ReadBandwidth * 1.05 });
        Assert.Null(_exchange.Next(_node).Changes!.Condition);
        _node = _node.WithDevice(static device => device with { RateShare = 0.3 });
        Assert.Equal(0.3, _exchange.Next(_node).Changes!.Condition!.Devices[0].RateShare);
    }

    [Fact]
    public void A_directory_removes_no_node_before_all_have_announced_themselves_and_later_does()
    {
        ClusterState before = _state;
        before.Take(Node(20));
        before.Take(Node(30));
        Exchange();

        _state = new ClusterState(Guid.NewGuid(), "node-2");
        _state.Take(Node(20));
        Exchange();
        Assert.Equal([10, 20, 30], _exchange.View.Nodes.Select(static node => node.Gateway).Order());

        _state.Complete = true;
        Exchange();
        Assert.Equal([10, 20], _exchange.View.Nodes.Select(static node => node.Gateway).Order());
        Assert.Equal(Describe(_state.View), Describe(_exchange.View));
    }

    [Fact]
    public void A_reply_that_was_overtaken_takes_nothing_back()
    {
        Exchange();
        Announcement first = _exchange.Next(_node);
        ViewChanges early = _state.Since(first.Changes!.Version)!;
        Announcement second = _exchange.Next(_node);
        _state.Take(Node(20));
        _exchange.OnReply(second, _state.Since(second.Changes!.Version)!);
        Assert.True(_exchange.OnReply(first, early));
        Assert.Equal(Describe(_state.View), Describe(_exchange.View));
    }

    [Fact]
    public void A_node_is_quiet_when_only_counters_change_and_nothing_is_expected()
    {
        Assert.False(_exchange.IsQuiet(_node));
        Exchange();
        Exchange();
        Assert.True(_exchange.IsQuiet(_node.WithDevice(static device => device with { Steps = 9 }) with { LinkBytes = 1000 }));
        Assert.False(_exchange.IsQuiet(_node with { Streams = 1 }));
        Assert.False(_exchange.IsQuiet(_node with { Draining = true }));
        Assert.False(_exchange.IsQuiet(_node.WithDevice(static device => device with { EndLayer = 4 })));
        Assert.False(_exchange.IsQuiet(_node.WithDevice(static device => device with { RateShare = 0.2 })));
        _exchange.Next(_node);
        Assert.False(_exchange.IsQuiet(_node));
    }

    [Fact]
    public void A_quiet_node_that_takes_no_updates_is_called_for_what_matters_until_it_asks_and_asks_soon_again_then()
    {
        Exchange();
        Exchange();
        Assert.Empty(_state.Calls(Random.Shared));
        _state.Take(Node(20).WithDevice(static device => device with { RateShare = 0.9 }));
        Assert.Equal((new UpdateTarget(10, _node.Silo), null), Assert.Single(_state.Calls(Random.Shared)));
        Assert.Equal((new UpdateTarget(10, _node.Silo), null), Assert.Single(_state.Calls(Random.Shared)));
        Exchange();
        Assert.Empty(_state.Calls(Random.Shared));
        Assert.False(_exchange.IsQuiet(_node));
        Exchange();
        Assert.True(_exchange.IsQuiet(_node));

        long version = _state.Version;
        _state.Take(Node(20).WithDevice(static device => device with { RateShare = 0.3 }));
        Assert.NotEqual(version, _state.Version);
        Assert.Empty(_state.Calls(Random.Shared));
    }

    private void Exchange()
    {
        Announcement announcement = _exchange.Next(_node);
        if (announcement.Changes is { } report)
        {
            if (_exchange.OnReply(announcement, _state.TryTake(report, out _) ? _state.ReplyTo(report) : null))
            {
                return;
            }

            announcement = _exchange.Next(_node);
        }

        _state.Take(announcement.Node);
        _exchange.OnReply(announcement, _state.View);
    }
}
