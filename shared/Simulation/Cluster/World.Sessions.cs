namespace OrleansInference.Simulation.Cluster;

/// <summary>Locations of active sessions, and their durable state.</summary>
internal sealed partial class World
{
    private readonly Dictionary<int, StoredSession> _stored = [];
    private readonly Dictionary<int, SessionHostNode> _homes = [];

    public SessionRecord? Stored(int session) => _stored.GetValueOrDefault(session)?.Read();

    /// <summary>
    /// Makes a session's record durable a little later, unless its host is lost before. Storage that stands still writes a received record when it resumes,
    /// even if the host is gone.
    /// </summary>
    public void Store(SessionHostNode host, int session, SessionRecord record, Action durable) =>
        Timeline.After(TimeSpan.FromMilliseconds(1 + (_storage.Unit() * 20)), host, () =>
        {
            int life = host.Life;
            WhenStoreAnswers(() =>
            {
                Write(session, record);
                if (host.Alive && host.Life == life)
                {
                    durable();
                }
            });
        });

    private void Write(int session, SessionRecord record)
    {
        SessionRecord written = _wire.Carry(record);
        StoredSession? known = _stored.GetValueOrDefault(session);
        SessionRecord before = known?.Read() ?? written;
        StoredSession stored = _stored[session] = Bugs.Stored(known) ?? new StoredSession(written);
        stored.Write(written);
        Cluster.Checker.Stored(session, before, record, stored.Read());
    }

    /// <summary>Activates the sessions of a lost host on others.</summary>
    public void SessionsLost(SessionHostNode host)
    {
        foreach (int session in _homes.Where(pair => pair.Value == host).Select(static pair => pair.Key).Order().ToList())
        {
            Timeline.After(ActivationDelay, () => WhenStoreAnswers(() =>
            {
                if (host.Alive && host.Active.ContainsKey(session))
                {
                    // The host returned before the loss was detected.
                    return;
                }

                _homes.Remove(session);
                if (Stored(session)?.Ended == false)
                {
                    HomeOf(session)?.Activate(session);
                }
            }));
        }
    }

    private SessionHostNode? HomeOf(int session)
    {
        if (!_homes.TryGetValue(session, out SessionHostNode? home))
        {
            for (int i = 0; i < SessionHosts.Count && home is null; i++)
            {
                SessionHostNode candidate = SessionHosts[(session + i) % SessionHosts.Count];
                home = candidate.Alive ? candidate : null;
            }

            if (home is not null)
            {
                _homes[session] = home;
            }
        }

        return home;
    }
}
