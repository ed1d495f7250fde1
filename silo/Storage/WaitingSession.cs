using OrleansInference.Cluster.Protocol;

namespace OrleansInference.Silo.Storage;

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
