using OrleansInference.Cluster.Protocol;

namespace OrleansInference.Silo.Storage;

/// <summary>What is to be written: one version of each session, those that wait longest first. For any thread.</summary>
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

    /// <summary>Takes back what could not be written, behind what waits, or in front of a later version that came meanwhile.</summary>
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
