using OrleansInference.Grains.Directory;
using static OrleansInference.ClusterTests.Views.SampleNodes;

namespace OrleansInference.ClusterTests.Views;

/// <summary>Changes that a directory sends to nodes which do not ask for them, and that these pass on.</summary>
public sealed class ViewUpdateTests
{
    private const int Nodes = 1000;

    private readonly Random _random = new(1);
    private readonly ClusterState _state = new(Guid.NewGuid(), "node-1") { Complete = true };
    private readonly Dictionary<int, SimulatedNode> _nodes = [];

    [Fact]
    public void A_change_reaches_a_thousand_nodes_in_two_hops_with_few_calls_of_the_directory()
    {
        Join(Nodes);
        _state.Take(Node(10) with { Draining = true, AcceptsUpdates = true });
        var calls = _state.Calls(_random);
        Assert.InRange(calls.Count, 2, 32);
        int[] reached = [.. calls.SelectMany(static call => (int[])[call.Node.Gateway, .. (call.Update!.Others ?? []).Select(static other => other.Gateway)])];
        Assert.Equal(_nodes.Keys.Order(), reached.Order());
        Assert.All(calls, call => Assert.InRange(call.Update!.Others!.Length, 0, 31));

        Deliver(calls);
        AssertThatAllKnow();
    }

    [Fact]
    public void A_change_is_sent_once_and_its_version_once_more()
    {
        Join(50);
        _state.Take(Node(10) with { Draining = true, AcceptsUpdates = true });
        Assert.All(_state.Calls(_random), static call => Assert.False(call.Update!.Changes.IsEmpty));
        Assert.All(_state.Calls(_random), static call => Assert.True(call.Update!.Changes.IsEmpty));
        Assert.Empty(_state.Calls(_random));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Nodes_that_missed_a_change_ask_at_the_next_call(bool changesAgain)
    {
        Join(Nodes);
        _state.Take(Node(10) with { Draining = true, AcceptsUpdates = true });
        var calls = _state.Calls(_random);
        Deliver(calls.Skip(1)); // the first is lost, with all that it would have passed on
        if (changesAgain)
        {
            _state.Take(Node(20) with { Draining = true, AcceptsUpdates = true });
        }

        Assert.Equal(1 + calls[0].Update!.Others!.Length, Deliver(_state.Calls(_random)));
        AssertThatAllKnow();
    }

    [Fact]
    public void A_node_that_reported_since_is_sent_what_changed_after_its_report()
    {
        Join(2);
        _state.Take(Node(20) with { Draining = true, AcceptsUpdates = true });
        _nodes[10].Exchange(_state);
        _state.Take(Node(30) with { AcceptsUpdates = true });
        ViewUpdate update = Assert.Single(_state.Calls(_random), static call => call.Node.Gateway == 10).Update!;
        Assert.Null(update.Changes.Conditions);
        Assert.Equal(30, Assert.Single(update.Changes.Nodes!).Gateway);
    }

    [Fact]
    public void Changes_of_another_activation_or_after_a_gap_do_not_apply()
    {
        Join(1);
        DirectoryExchange exchange = _nodes[10].Exchanged;
        string before = Describe(exchange.View);
        ViewChanges changes = new(_state.Version + 2) { Removed = [10] };
        Assert.False(exchange.Take(Guid.NewGuid(), new ViewUpdate(_state.Version, changes, null)));
        Assert.False(exchange.Take(_state.Activation, new ViewUpdate(_state.Version + 1, changes, null)));
        Assert.Equal(before, Describe(exchange.View));
    }

    /// <summary>Nodes take part, and have nothing more to ask for.</summary>
    private void Join(int count)
    {
        for (int gateway = 10; gateway <= 10 * count; gateway += 10)
        {
            _nodes[gateway] = new SimulatedNode(Node(gateway) with { AcceptsUpdates = true });
            _state.Take(_nodes[gateway].State);
        }

        foreach (SimulatedNode node in _nodes.Values.Concat(_nodes.Values))
        {
            node.Exchange(_state);
        }

        Assert.All(_nodes.Values, static node => Assert.True(node.Exchanged.IsQuiet(node.State)));
        Assert.Empty(_state.Calls(_random));
    }

    /// <summary>Nodes receive and forward updates; nodes that missed changes request them.</summary>
    /// <returns>How many asked.</returns>
    private int Deliver(IEnumerable<(UpdateTarget Node, ViewUpdate? Update)> calls)
    {
        int asked = 0;
        foreach ((UpdateTarget target, ViewUpdate? update) in calls)
        {
            foreach (int gateway in (int[])[target.Gateway, .. (update!.Others ?? []).Select(static other => other.Gateway)])
            {
                if (!_nodes[gateway].Exchanged.Take(_state.Activation, update))
                {
                    _nodes[gateway].Exchange(_state);
                    asked++;
                }
            }
        }

        return asked;
    }

    private void AssertThatAllKnow()
    {
        Assert.All(_nodes.Values, node => Assert.Equal(Known(_state.View), Known(node.Exchanged.View)));

        static string Known(ClusterView view) => $"version {view.Version}, draining {string.Join(' ', view.Nodes.Where(static node => node.Draining).Select(static node => node.Gateway))}";
    }
}
