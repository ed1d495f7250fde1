using System.Collections.Immutable;
using Orleans.Runtime;

namespace OrleansInference.Grains.Directory;

/// <summary>
/// What an activation of the directory knows: the nodes as they announced themselves, the routers, drains and orders; and at which version each of these changed last, so that a node that has the view of a version is
/// sent what is other since. Belongs to one caller at a time.
/// </summary>
/// <param name="activation">Which activation: versions of another one mean nothing here.</param>
/// <param name="directory">Name of the node that it is active on.</param>
/// <param name="removalsKept">How many removed entries are remembered for nodes that have not heard of their removal.</param>
internal sealed class ClusterState(Guid activation, string directory, int removalsKept = 4096)
{
    private const int NewsCalls = 32; // for all nodes together; each of those passes the news on to the same number of others

    private readonly ChangeLog<Entry> _log = new(removalsKept);
    private readonly Dictionary<int, NodeState> _nodes = []; // by gateway
    private readonly HashSet<SiloAddress> _silos = []; // of these
    private readonly HashSet<int> _members = []; // gateways of those nodes that take part
    private readonly SortedDictionary<int, RouterSummary> _routers = [];
    private ImmutableSortedSet<string> _drains = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);
    private DeviceOrder[] _orders = [];
    private int[]? _order; // of the members by name; made of the above when it is asked for
    private NodeState[]? _ordered; // the same
    private readonly Dictionary<int, (long Version, bool IsSent)> _quiet = []; // versions of nodes that do not ask for changes soon, by gateway; sent: as news that may be lost
    private ViewChanges _unchanged = new(0);
    private (long Since, ViewChanges Changes)? _changes; // the last that were asked for

    private enum Part
    {
        Node,
        Condition,
        Router,
        Load,
        Drains,
        Orders,
    }

    public Guid Activation => activation;

    public long Version => _log.Version;

    /// <summary>Whether all nodes of the cluster have announced themselves.</summary>
    public bool Complete { get; set; }

    /// <summary>The nodes that take part, by name.</summary>
    public IReadOnlyList<NodeState> Nodes
    {
        get
        {
            _order ??= [.. ViewCopy.InOrder(_members.Select(gateway => _nodes[gateway])).Select(static node => node.Gateway)];
            return _ordered ??= Array.ConvertAll(_order, gateway => _nodes[gateway]);
        }
    }

    /// <summary>All that there is, for whom changes are not enough.</summary>
    public ClusterView View => new(Nodes, _routers.Values.FirstOrDefault() ?? RouterSummary.None, [.. _drains], directory, Complete)
    {
        Others = [.. _routers.Values.Skip(1)],
        Orders = _orders,
        Activation = activation,
        Version = Version,
    };

    /// <summary>A node that has announced itself, whether it takes part or not.</summary>
    public NodeState? Find(int gateway) => _nodes.GetValueOrDefault(gateway);

    public bool Knows(SiloAddress silo) => _silos.Contains(silo);

    /// <summary>A node has announced everything.</summary>
    /// <returns>Whether there is news for the routers.</returns>
    public bool Take(NodeState node)
    {
        NodeState? known = _nodes.GetValueOrDefault(node.Gateway);
        if (known is not null && node.Number > 0 && node.Number < known.Number)
        {
            return false;
        }

        // Nodes of a cluster go by the same terms: a message has them once where they are one object.
        ClusterConfig? same = (known ?? _nodes.Values.FirstOrDefault())?.Terms;
        NodeState state = node.Terms == same ? node with { Terms = same } : node;
        Replace(known, state);
        return known is null || IsNews(known, state);
    }

    /// <summary>A node has announced what changed.</summary>
    /// <param name="report">Of the node.</param>
    /// <param name="news">Whether there is news for the routers.</param>
    /// <returns>Whether the node is known, and the version that it has; otherwise it is to announce everything.</returns>
    public bool TryTake(NodeReport report, out bool news)
    {
        news = false;
        if (report.Directory != activation || !_log.Covers(report.Version) || !_nodes.TryGetValue(report.Gateway, out NodeState? known) || !Fits(known, report))
        {
            return false;
        }

        if (report.Number < known.Number)
        {
            return true;
        }

        if (report.Condition is not null || report.Figures is not null)
        {
            NodeState state = known with { Number = report.Number };
            state = report.Condition is null ? state : state.With(report.Condition);
            state = report.Figures is null ? state : state.With(report.Figures);
            Replace(known, state);
            news = IsNews(known, state);
        }

        return true;
    }

    /// <summary>The reply to a report that was taken.</summary>
    public ViewChanges ReplyTo(NodeReport report)
    {
        ViewChanges changes = Since(report.Version)!;
        if (changes.IsMoving && Complete && _nodes[report.Gateway].TakesNews)
        {
            changes = changes with { IsMoving = false };
        }

        if (changes.IsMoving)
        {
            _quiet.Remove(report.Gateway);
        }
        else
        {
            _quiet[report.Gateway] = (changes.Version, IsSent: false);
        }

        return RefusalOf(report.Gateway) is { } refusal ? changes with { Refusal = refusal } : changes;
    }

    /// <summary>The version of the last change that nodes are to know soon.</summary>
    public long Moved { get; private set; }

    /// <summary>
    /// Calls of the nodes that do not ask soon and should know of changes. Nodes that take news count as having them then, and are called once more, through others, so that those ask that missed them; other nodes
    /// are called until they have asked.
    /// </summary>
    /// <param name="random">Chooses the nodes that pass news on.</param>
    public IReadOnlyList<(NewsTarget Node, ViewNews? News)> Calls(Random random)
    {
        List<(NewsTarget Node, ViewNews? News)> calls = [];
        foreach (var group in _quiet.Where(quiet => quiet.Value.Version < Moved || quiet.Value.IsSent).GroupBy(quiet => (quiet.Value.Version, _nodes[quiet.Key].TakesNews)).ToArray())
        {
            NewsTarget[] targets = [.. group.Select(quiet => new NewsTarget(quiet.Key, _nodes[quiet.Key].Silo))];
            if (!group.Key.TakesNews || Since(group.Key.Version) is not { } changes)
            {
                calls.AddRange(targets.Select(static target => (target, (ViewNews?)null)));
                continue;
            }

            random.Shuffle(targets);
            calls.AddRange(targets.Chunk(((targets.Length - 1) / NewsCalls) + 1)
                .Select(part => (part[0], (ViewNews?)new ViewNews(group.Key.Version, changes, part.Length > 1 ? part[1..] : null))));
            foreach (NewsTarget target in targets)
            {
                _quiet[target.Gateway] = (Version, IsSent: group.Key.Version < Moved);
            }
        }

        return calls;
    }

    /// <summary>What changed since a version, for a node; null where that is not known any more.</summary>
    public ViewChanges? Since(long version)
    {
        if (!_log.Covers(version))
        {
            return null;
        }

        if (version == Version)
        {
            return _unchanged.Version == Version && _unchanged.Complete == Complete ? _unchanged : _unchanged = new ViewChanges(Version) { Complete = Complete, IsMoving = !Complete };
        }

        if (_changes is not { } last || last.Since != version || last.Changes.Version != Version || last.Changes.Complete != Complete)
        {
            _changes = last = (version, Collect(version));
        }

        return last.Changes;
    }

    /// <summary>Why a node is not to take part; null where it may, or that cannot be told yet.</summary>
    public string? RefusalOf(int gateway) =>
        Complete && !_members.Contains(gateway) && _nodes.TryGetValue(gateway, out NodeState? node) ? Admission.Refusal(_nodes.Values, node, directory) : null;

    /// <summary>Forgets nodes.</summary>
    public void Remove(Predicate<NodeState> isGone)
    {
        NodeState[] gone = [.. _nodes.Values.Where(node => isGone(node))];
        foreach (NodeState node in gone)
        {
            _nodes.Remove(node.Gateway);
            _silos.Remove(node.Silo);
            _quiet.Remove(node.Gateway);
        }

        if (gone.Length > 0)
        {
            Admit();
            SetDrains(_drains.Intersect(_nodes.Values.Select(static node => node.Name)));
        }
    }

    /// <summary>Asks a node to stop.</summary>
    /// <returns>Whether there is such a node.</returns>
    public bool Drain(string name)
    {
        bool known = _nodes.Values.Any(node => node.Name == name);
        if (known)
        {
            SetDrains(_drains.Add(name));
        }

        return known;
    }

    /// <summary>The routers are these now.</summary>
    public void Set(IReadOnlyList<RouterSummary> routers)
    {
        bool haveLoads = _routers.Count > 1; // where there is one pipeline, none is chosen by its load
        foreach (int ended in _routers.Keys.Except(routers.Select(static router => router.Pipeline)).ToArray())
        {
            _routers.Remove(ended);
            _log.Remove(new Entry(Part.Router, ended));
            _log.Forget(new Entry(Part.Load, ended));
            Move();
        }

        foreach (RouterSummary router in routers)
        {
            RouterSummary? known = _routers.GetValueOrDefault(router.Pipeline);
            _routers[router.Pipeline] = router;
            if (known?.IsSameStanding(router) != true)
            {
                _log.Touch(new Entry(Part.Router, router.Pipeline));
                Move();
            }
            else if (routers.Count > 1 && (known.Sessions != router.Sessions || !haveLoads))
            {
                _log.Touch(new Entry(Part.Load, router.Pipeline));
                Move();
            }
        }
    }

    /// <summary>The orders of devices are these now.</summary>
    public void Set(IReadOnlyList<DeviceOrder> orders)
    {
        if (!orders.SequenceEqual(_orders))
        {
            _orders = [.. orders];
            _log.Touch(new Entry(Part.Orders, 0));
            Move();
        }
    }

    private static bool Fits(NodeState node, NodeReport report) =>
        (report.Condition is null || report.Condition.Devices.Length == node.Devices.Count) && (report.Figures is null || report.Figures.Devices.Length == node.Devices.Count);

    private static bool IsNews(NodeState known, NodeState now) => known.Draining != now.Draining
        || !known.Devices.Select(static device => (device.Number, device.Pipeline)).SequenceEqual(now.Devices.Select(static device => (device.Number, device.Pipeline)));

    private void Replace(NodeState? known, NodeState now)
    {
        _nodes[now.Gateway] = now;
        _silos.Add(now.Silo);
        _ordered = null;
        if (known is null || known.Admitted != now.Admitted || known.Terms != now.Terms || known.Name != now.Name)
        {
            Admit();
        }

        if (known is null || !_members.Contains(now.Gateway))
        {
            return;
        }

        if (!known.IsSameNode(now))
        {
            _log.Touch(new Entry(Part.Node, now.Gateway));
            Move();
        }
        else if (NodeCondition.Of(known) != NodeCondition.Of(now))
        {
            _log.Touch(new Entry(Part.Condition, now.Gateway));
            if (IsNews(known, now))
            {
                Move(); // rates matter to the routers alone, which are told of all changes
            }
        }
    }

    /// <summary>Decides which nodes take part.</summary>
    private void Admit()
    {
        _order = null;
        _ordered = null;
        HashSet<int> admitted = [.. Admission.Of([.. _nodes.Values]).Select(static node => node.Gateway)];
        foreach (int gone in _members.Where(gateway => !admitted.Contains(gateway)).ToArray())
        {
            _members.Remove(gone);
            _log.Remove(new Entry(Part.Node, gone));
            _log.Forget(new Entry(Part.Condition, gone));
            Move();
        }

        foreach (int come in admitted.Where(_members.Add))
        {
            _log.Touch(new Entry(Part.Node, come));
            Move();
        }
    }

    private void SetDrains(ImmutableSortedSet<string> drains)
    {
        if (drains.Count != _drains.Count)
        {
            _drains = drains;
            _log.Touch(new Entry(Part.Drains, 0));
            Move();
        }
    }

    /// <summary>The last change is one that nodes are to know soon.</summary>
    private void Move() => Moved = Version;

    private ViewChanges Collect(long since)
    {
        ILookup<Part, int> changed = _log.Since(since).ToLookup(static entry => entry.Part, static entry => entry.Number);
        HashSet<int> nodes = [.. changed[Part.Node]];
        HashSet<int> routers = [.. changed[Part.Router]];
        return new ViewChanges(Version)
        {
            Complete = Complete,
            IsMoving = !Complete || since < Moved,
            Nodes = Some(nodes.Where(_members.Contains).Select(gateway => _nodes[gateway])),
            Conditions = Some(changed[Part.Condition].Where(gateway => !nodes.Contains(gateway)).Select(gateway => NodeCondition.Of(_nodes[gateway]))),
            Gone = Some(nodes.Where(gateway => !_members.Contains(gateway))),
            Routers = Some(routers.Where(_routers.ContainsKey).Select(pipeline => _routers[pipeline])),
            Loads = Some(changed[Part.Load].Where(pipeline => !routers.Contains(pipeline)).Select(pipeline => new RouterLoad(pipeline, _routers[pipeline].Sessions))),
            Ended = Some(routers.Where(pipeline => !_routers.ContainsKey(pipeline))),
            Drains = changed[Part.Drains].Any() ? [.. _drains] : null,
            Orders = changed[Part.Orders].Any() ? _orders : null,
        };
    }

    private static T[]? Some<T>(IEnumerable<T> entries)
    {
        T[] some = [.. entries];
        return some.Length > 0 ? some : null;
    }

    private readonly record struct Entry(Part Part, int Number);
}
