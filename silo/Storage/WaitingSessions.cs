using OrleansInference.Cluster.Protocol;

namespace OrleansInference.Silo.Storage;

/// <summary>Queue of sessions to write: one version of each, the longest waiting first. Thread-safe.</summary>
internal sealed class WaitingSessions
{
    private readonly Lock _lock = new();
    private readonly Dictionary<int, WaitingSession> _latest = [];
    private readonly Queue<int> _order = new();

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _latest.Count;
            }
        }
    }

    public void Add(int session, SessionRecord record, Action written)
    {
        lock (_lock)
        {
            if (_latest.TryGetValue(session, out WaitingSession? waiting))
            {
                waiting.Add(record);
            }
            else
            {
                waiting = new WaitingSession(session, record);
                _latest.Add(session, waiting);
                _order.Enqueue(session);
            }

            waiting.Written.Add(written);
        }
    }

    public bool TryTake(out WaitingSession waiting)
    {
        lock (_lock)
        {
            if (_order.TryDequeue(out int session) && _latest.Remove(session, out WaitingSession? first))
            {
                waiting = first;
                return true;
            }

            waiting = null!;
            return false;
        }
    }

    /// <summary>Returns sessions of a failed write to the queue: at its end, or at the place of a version that arrived meanwhile, which is merged into the returned one.</summary>
    public void Return(IEnumerable<WaitingSession> sessions)
    {
        lock (_lock)
        {
            foreach (WaitingSession session in sessions)
            {
                if (_latest.TryGetValue(session.Number, out WaitingSession? later))
                {
                    session.Add(later);
                }
                else
                {
                    _order.Enqueue(session.Number);
                }

                _latest[session.Number] = session;
            }
        }
    }
}

/// <summary>Unwritten version of a session, merged with the unwritten parts of earlier versions, and the callbacks that wait for it.</summary>
internal sealed class WaitingSession(int number, SessionRecord record)
{
    public int Number => number;

    public SessionRecord Record { get; private set; } = record;

    /// <summary>Callbacks of this version and of the versions that it replaced, in order.</summary>
    public List<Action> Written { get; } = [];

    /// <summary>Replaces the version by a later one.</summary>
    public void Add(SessionRecord later) => Record = later.After(Record);

    /// <summary>Replaces the version by a later one, and adds its callbacks.</summary>
    public void Add(WaitingSession later)
    {
        Add(later.Record);
        Written.AddRange(later.Written);
    }
}
