namespace OrleansInference.Grains.Directory;

/// <summary>Copy of a directory's view, updated by changes. Not thread-safe except <see cref="View"/>.</summary>
internal sealed class ViewCopy
{
    private readonly HashSet<int> _unconfirmed = []; // gateways of nodes that an earlier directory knew, while this one is not complete
    private volatile ClusterView _view = ClusterView.Empty;

    public ClusterView View => _view;

    /// <summary>Replaces the copy by a whole view, of the same activation of the directory or of another one.</summary>
    public void Take(ClusterView whole)
    {
        ClusterView merged = whole.After(_view);
        _unconfirmed.Clear();
        foreach (NodeState node in merged.Nodes.Skip(whole.Nodes.Count))
        {
            _unconfirmed.Add(node.Gateway);
        }

        _view = merged;
    }

    /// <summary>Applies changes. Changes since an earlier version than the copy's apply too, because each entry is complete.</summary>
    /// <param name="directory">Activation of the directory that they are from.</param>
    /// <param name="since">Version that they follow.</param>
    /// <param name="changes">Changes; those that the copy has already have no effect.</param>
    /// <returns>Whether the copy now has at least their version. Otherwise the copy is of another activation, or misses changes before these.</returns>
    public bool Take(Guid directory, long since, ViewChanges changes)
    {
        ClusterView view = _view;
        if (directory != view.Activation || since > view.Version)
        {
            return false;
        }

        bool confirmed = changes.Complete && _unconfirmed.Count > 0;
        if (changes.Version < view.Version || (changes.IsEmpty && changes.Complete == view.Complete && !confirmed))
        {
            return true;
        }

        SortedDictionary<int, RouterSummary> routers = RoutersOf(view, changes);
        _view = view with
        {
            Nodes = NodesOf(view, changes, confirmed),
            Router = routers.Values.FirstOrDefault() ?? RouterSummary.None,
            Others = [.. routers.Values.Skip(1)],
            Drains = changes.Drains ?? view.Drains,
            Orders = changes.Orders ?? view.Orders,
            Complete = changes.Complete,
            Version = changes.Version,
        };
        return true;
    }

    private IReadOnlyList<NodeState> NodesOf(ClusterView view, ViewChanges changes, bool confirmed)
    {
        if (changes.Nodes is null && changes.Conditions is null && changes.Removed is null && !confirmed)
        {
            return view.Nodes;
        }

        if (changes.Nodes is null && changes.Removed is null && !confirmed)
        {
            Dictionary<int, NodeCondition> conditions = changes.Conditions!.ToDictionary(static condition => condition.Gateway);
            return [.. view.Nodes.Select(node => conditions.TryGetValue(node.Gateway, out NodeCondition? condition) ? node.With(condition) : node)];
        }

        Dictionary<int, NodeState> nodes = view.Nodes.ToDictionary(static node => node.Gateway);
        foreach (NodeState node in changes.Nodes ?? [])
        {
            nodes[node.Gateway] = node;
            _unconfirmed.Remove(node.Gateway);
        }

        foreach (NodeCondition condition in changes.Conditions ?? [])
        {
            if (nodes.TryGetValue(condition.Gateway, out NodeState? node))
            {
                nodes[condition.Gateway] = node.With(condition);
            }
        }

        foreach (int left in confirmed ? [.. changes.Removed ?? [], .. _unconfirmed] : changes.Removed ?? [])
        {
            nodes.Remove(left);
        }

        if (confirmed)
        {
            _unconfirmed.Clear();
        }

        return InOrder(nodes.Values);
    }

    private static SortedDictionary<int, RouterSummary> RoutersOf(ClusterView view, ViewChanges changes)
    {
        SortedDictionary<int, RouterSummary> routers = new(view.Routers.ToDictionary(static router => router.Pipeline));
        foreach (RouterSummary router in changes.Routers ?? [])
        {
            routers[router.Pipeline] = router;
        }

        foreach (RouterLoad load in changes.Loads ?? [])
        {
            if (routers.TryGetValue(load.Pipeline, out RouterSummary? router))
            {
                routers[load.Pipeline] = router with { Sessions = load.Sessions };
            }
        }

        foreach (int ended in changes.Ended ?? [])
        {
            routers.Remove(ended);
        }

        return routers;
    }

    /// <summary>Orders nodes by name, and nodes of the same name by their start.</summary>
    public static List<NodeState> InOrder(IEnumerable<NodeState> nodes) => [.. nodes.OrderBy(static node => node.Name, StringComparer.Ordinal).ThenBy(static node => node.Gateway)];
}
