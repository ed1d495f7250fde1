namespace OrleansInference.Grains.Directory;

/// <summary>
/// A node's half of its exchange with the directory: what of its own state the directory is known to have, and its copy of the directory's view. To a directory that knows the node and the version of its copy it
/// announces changes alone, to any other one everything. What was in an announcement counts as known when its reply has come.
/// </summary>
/// <remarks>Announcements may overtake each other: a reply to an earlier one than the last that was answered is dropped.</remarks>
public sealed class DirectoryExchange
{
    private const int FailuresOfChanges = 2; // in a row; a directory that does not take changes is then sent everything

    private readonly Lock _lock = new();
    private readonly ViewCopy _copy = new();
    private NodeState? _known; // to the activation that the copy is from; null: not known
    private long _number; // of the last announcement
    private long _answered; // the last announcement with a reply that counted
    private bool _isEverythingOnItsWay; // in an announcement that was not answered
    private int _failures;
    private bool _isMoving = true; // the last reply says that there is more to come

    /// <summary>The cluster as it is known here; from any thread.</summary>
    public ClusterView View => _copy.View;

    /// <summary>Whether the directory has a later version than this copy; from any thread.</summary>
    public bool IsBehind(Guid directory, long version)
    {
        ClusterView view = View;
        return view.Activation != directory || view.Version < version;
    }

    /// <summary>Applies changes that the node did not ask for; from any thread.</summary>
    /// <param name="directory">The activation that they are from.</param>
    /// <param name="news">Those that the copy has already change nothing.</param>
    /// <returns>Whether the copy is now at least of their version; otherwise the node is to ask.</returns>
    public bool Take(Guid directory, ViewNews news)
    {
        lock (_lock)
        {
            return _copy.Take(directory, news.Since, news.Changes);
        }
    }

    /// <summary>Whether there is nothing to announce that matters and nothing is expected, so that an announcement now and then is enough.</summary>
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

    /// <summary>The next announcement.</summary>
    /// <param name="now">The node's state.</param>
    public Announcement Next(NodeState now)
    {
        lock (_lock)
        {
            // An announcement that was not answered may have arrived, or arrive after this one: only what this one says, under a higher number, is sure to hold then.
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

    /// <summary>The directory has answered an announcement of everything.</summary>
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

    /// <summary>The directory has answered an announcement of changes.</summary>
    /// <param name="announced">Which one.</param>
    /// <param name="changes">Null: the directory does not know the node, or the version of its copy.</param>
    /// <returns>Whether the directory knows the node; otherwise the node is to announce everything.</returns>
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

    /// <summary>An announcement was not answered.</summary>
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

/// <summary>A node's announcement.</summary>
/// <param name="Node">Its state.</param>
/// <param name="Changes">The part that is sent; null: the state is.</param>
public sealed record Announcement(NodeState Node, NodeReport? Changes);
