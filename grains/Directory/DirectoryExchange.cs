namespace OrleansInference.Grains.Directory;

/// <summary>
/// Node's half of its exchange with the directory: the part of its own state that the directory is known to have, and its copy of the directory's view. It
/// sends only changes to a directory that knows the node and the version of its copy, and the whole state to any other. An announcement's content counts as
/// known when its reply has arrived.
/// </summary>
/// <remarks>Announcements may overtake each other: a reply to an earlier announcement than the last answered one is dropped.</remarks>
public sealed class DirectoryExchange
{
    private const int FailuresOfChanges = 2; // in a row; after these, a directory that does not take changes receives the whole state

    private readonly Lock _lock = new();
    private readonly ViewCopy _copy = new();
    private NodeState? _known; // state that the activation of the copy has; null: not known
    private long _number; // number of the last announcement
    private long _answered; // number of the last announcement whose reply was applied
    private bool _isEverythingOnItsWay; // whether an unanswered announcement contains the whole state
    private int _failures;
    private bool _isMoving = true; // the last reply says that more changes follow

    /// <summary>Copy of the directory's view. Thread-safe.</summary>
    public ClusterView View => _copy.View;

    /// <summary>Whether the directory has a later version than this copy. Thread-safe.</summary>
    public bool IsBehind(Guid directory, long version)
    {
        ClusterView view = View;
        return view.Activation != directory || view.Version < version;
    }

    /// <summary>Applies changes that the node did not request. Thread-safe.</summary>
    /// <param name="directory">Activation of the directory that sent them.</param>
    /// <param name="update">Changes that the copy already has are ignored.</param>
    /// <returns>Whether the copy now has at least their version; otherwise the node has to request the changes.</returns>
    public bool Take(Guid directory, ViewUpdate update)
    {
        lock (_lock)
        {
            return _copy.Take(directory, update.Since, update.Changes);
        }
    }

    /// <summary>Whether the node has no relevant change to announce and expects none, so that rare announcements suffice.</summary>
    /// <param name="now">The node's state.</param>
    public bool IsQuiet(NodeState now)
    {
        lock (_lock)
        {
            if (_isMoving || _known is null || _answered != _number || !View.Complete || !now.IsSameNode(_known))
            {
                return false;
            }

            NodeCondition known = NodeCondition.Of(_known);
            return NodeCondition.Of(now).Steadied(known) == known && NodeFigures.Of(now).IsAbout(NodeFigures.Of(_known));
        }
    }

    /// <summary>Creates the next announcement.</summary>
    /// <param name="now">The node's state.</param>
    public Announcement Next(NodeState now)
    {
        lock (_lock)
        {
            // An unanswered announcement may have arrived, or may arrive after this one: only the content of this one, under a higher number, is sure to hold then.
            bool isAnswered = _answered == _number;
            _isEverythingOnItsWay &= !isAnswered;
            NodeState state = now with { Number = ++_number };
            if (_known is null)
            {
                _isEverythingOnItsWay = true;
                return new Announcement(state, null);
            }

            NodeCondition known = NodeCondition.Of(_known);
            NodeCondition condition = NodeCondition.Of(now).Steadied(known);
            state = state.With(condition);
            if (_isEverythingOnItsWay || !now.IsSameNode(_known) || _failures >= FailuresOfChanges)
            {
                _isEverythingOnItsWay = true;
                return new Announcement(state, null);
            }

            NodeFigures figures = NodeFigures.Of(now);
            return new Announcement(state, new NodeReport(
                now.Gateway, _number, View.Activation, View.Version, isAnswered && condition == known ? null : condition, isAnswered && figures == NodeFigures.Of(_known) ? null : figures));
        }
    }

    /// <summary>Applies the directory's answer to an announcement of the whole state.</summary>
    public void OnReply(Announcement announced, ClusterView whole)
    {
        lock (_lock)
        {
            if (Counts(announced))
            {
                _copy.Take(whole);
                _isMoving = true;
                _known = whole.Activation == Guid.Empty ? null : announced.Node;
            }
        }
    }

    /// <summary>Applies the directory's answer to an announcement of changes.</summary>
    /// <param name="announced">Announcement that was answered.</param>
    /// <param name="changes">Changes of the view; null if the directory does not know the node, or the version of its copy.</param>
    /// <returns>Whether the directory knows the node; otherwise the node has to announce its whole state.</returns>
    public bool OnReply(Announcement announced, ViewChanges? changes)
    {
        NodeReport report = announced.Changes!;
        lock (_lock)
        {
            if (!Counts(announced))
            {
                return true;
            }

            bool applies = changes is not null && _copy.Take(report.Directory, report.Version, changes);
            _known = applies ? announced.Node : null;
            _isMoving = changes?.IsMoving != false;
            return applies;
        }
    }

    /// <summary>Records that an announcement was not answered.</summary>
    public void OnFailure()
    {
        lock (_lock)
        {
            _failures++;
        }
    }

    private bool Counts(Announcement announced)
    {
        _failures = 0;
        if (announced.Node.Number < _answered)
        {
            return false;
        }

        _answered = announced.Node.Number;
        return true;
    }
}

/// <summary>Announcement of a node.</summary>
/// <param name="Node">State of the node.</param>
/// <param name="Changes">Changes that are sent instead of the state; null if the state is sent.</param>
public sealed record Announcement(NodeState Node, NodeReport? Changes);
