using System.Collections.Immutable;
using Orleans.Runtime;

namespace OrleansInference.Grains.Directory;

/// <summary>
/// State of an activation of the directory: the announced nodes, the routers, drains and orders, and the version of each one's last change. A node that has the
/// view of a version receives the changes since then. Not thread-safe.
/// </summary>
/// <param name="activation">Identifies the activation: versions of another activation mean nothing here.</param>
/// <param name="directory">Name of the node that it is active on.</param>
/// <param name="removalsKept">Number of removed entries that are kept for nodes that have not received their removal.</param>
internal sealed class ClusterState(Guid activation, string directory, int removalsKept = 4096)
{
    private const int UpdateCalls = 32; // to all nodes together; each receiver forwards the update to its part of the other nodes

    private readonly ChangeLog<Entry> _log = new(removalsKept);
    private readonly Dictionary<int, NodeState> _nodes = []; // by gateway
    private readonly HashSet<SiloAddress> _silos = []; // silos of these nodes
    private readonly HashSet<int> _members = []; // gateways of the nodes that take part
    private readonly SortedDictionary<int, RouterSummary> _routers = [];
    private ImmutableSortedSet<string> _drains = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);
    private DeviceOrder[] _orders = [];
    private int[]? _order; // gateways of the members by name; computed from the above on demand
    private NodeState[]? _ordered; // members by name; computed likewise
    private readonly Dictionary<int, (long Version, bool IsSent)> _quiet = []; // by gateway: versions of the nodes that request changes rarely; IsSent: the version was sent as an update, which may be lost
    private ViewChanges _unchanged = new(0);
    private (long Since, ViewChanges Changes)? _changes; // the last changes that were requested

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

    /// <summary>The whole view, for readers that changes do not suffice for.</summary>
    public ClusterView View => new(Nodes, _routers.Values.FirstOrDefault() ?? RouterSummary.None, [.. _drains], directory, Complete)
    {
        Others = [.. _routers.Values.Skip(1)],
        Orders = _orders,
        Activation = activation,
        Version = Version,
    };

    /// <summary>Finds a node that has announced itself, whether it takes part or not.</summary>
    public NodeState? Find(int gateway) => _nodes.GetValueOrDefault(gateway);

    public bool Contains(SiloAddress silo) => _silos.Contains(silo);

    /// <summary>Applies an announcement of a node's whole state.</summary>
    /// <returns>Whether the routers have to be informed.</returns>
    public bool Take(NodeState node)
    {
        NodeState? known = _nodes.GetValueOrDefault(node.Gateway);
        if (known is not null && node.Number > 0 && node.Number < known.Number)
        {
            return false;
        }

        // Nodes of a cluster have equal configurations: a message contains them once if they are one object.
        ClusterConfig? same = (known ?? _nodes.Values.FirstOrDefault())?.Terms;
        NodeState state = node.Terms == same ? node with { Terms = same } : node;
        Replace(known, state);
        return known is null || ConcernsRouters(known, state);
    }

    /// <summary>Applies a node's report of its changes.</summary>
    /// <param name="report">Report of the node.</param>
    /// <param name="informRouters">Whether the routers have to be informed.</param>
    /// <returns>Whether the node and its version are known; otherwise the node has to announce its whole state.</returns>
    public bool TryTake(NodeReport report, out bool informRouters)
    {
        informRouters = false;
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
            informRouters = ConcernsRouters(known, state);
        }

        return true;
    }

    /// <summary>Creates the reply to a report that was applied.</summary>
    public ViewChanges ReplyTo(NodeReport report)
    {
        ViewChanges changes = Since(report.Version)!;
        if (changes.IsMoving && Complete && _nodes[report.Gateway].AcceptsUpdates)
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

    /// <summary>Version of the last change that nodes should know soon.</summary>
    public long Moved { get; private set; }

    /// <summary>
    /// Calls to nodes that request changes rarely and lack an urgent change. A node that accepts updates counts as up to date after the call. It is called once more, through other nodes, so that it requests the changes if it
    /// missed them. Other nodes are called until they have requested the changes.
    /// </summary>
    /// <param name="random">Chooses the nodes that forward updates.</param>
    public IReadOnlyList<(UpdateTarget Node, ViewUpdate? Update)> Calls(Random random)
    {
        List<(UpdateTarget Node, ViewUpdate? Update)> calls = [];
        foreach (var group in _quiet.Where(quiet => quiet.Value.Version < Moved || quiet.Value.IsSent).GroupBy(quiet => (quiet.Value.Version, _nodes[quiet.Key].AcceptsUpdates)).ToArray())
        {
            UpdateTarget[] targets = [.. group.Select(quiet => new UpdateTarget(quiet.Key, _nodes[quiet.Key].Silo))];
            if (!group.Key.AcceptsUpdates || Since(group.Key.Version) is not { } changes)
            {
                calls.AddRange(targets.Select(static target => (target, (ViewUpdate?)null)));
                continue;
            }

            random.Shuffle(targets);
            calls.AddRange(targets.Chunk(((targets.Length - 1) / UpdateCalls) + 1)
                .Select(part => (part[0], (ViewUpdate?)new ViewUpdate(group.Key.Version, changes, part.Length > 1 ? part[1..] : null))));
            foreach (UpdateTarget target in targets)
            {
                _quiet[target.Gateway] = (Version, IsSent: group.Key.Version < Moved);
            }
        }

        return calls;
    }

    /// <summary>Changes since a version, for a node; null if the log does not cover that version any more.</summary>
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

    /// <summary>Reason why a node may not take part; null if it may, or if that cannot be decided yet.</summary>
    public string? RefusalOf(int gateway) =>
        Complete && !_members.Contains(gateway) && _nodes.TryGetValue(gateway, out NodeState? node) ? Admission.Refusal(_nodes.Values, node, directory) : null;

    /// <summary>Removes nodes.</summary>
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

    /// <summary>Requests that a node stops.</summary>
    /// <returns>Whether the node exists.</returns>
    public bool Drain(string name)
    {
        bool known = _nodes.Values.Any(node => node.Name == name);
        if (known)
        {
            SetDrains(_drains.Add(name));
        }

        return known;
    }

    /// <summary>Sets the routers' status.</summary>
    public void Set(IReadOnlyList<RouterSummary> routers)
    {
        bool haveLoads = _routers.Count > 1; // with one pipeline, nothing chooses a pipeline by its load
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

    /// <summary>Sets the orders of devices.</summary>
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

    private static bool ConcernsRouters(NodeState known, NodeState now) => known.Draining != now.Draining
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
            if (ConcernsRouters(known, now))
            {
                Move(); // rates matter to the routers alone, which receive all changes
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

    /// <summary>Marks the last change as one that nodes should know soon.</summary>
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
            Removed = Some(nodes.Where(gateway => !_members.Contains(gateway))),
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
