using OrleansInference.Cluster.Protocol;

namespace OrleansInference.Silo.Storage;

/// <summary>A version of a session that is not written, with what of the ones before it is not, and who waits for it.</summary>
internal sealed class WaitingSession(int number, SessionRecord record)
{
    public int Number => number;

    public SessionRecord Record { get; private set; } = record;

    /// <summary>Of this version and of those before it that it took the place of, in order.</summary>
    public List<Action> Written { get; } = [];

    /// <summary>Takes a later version.</summary>
    public void Add(SessionRecord later) => Record = later.After(Record);

    /// <summary>Takes a later version, and who waits for that.</summary>
    public void Add(WaitingSession later)
    {
        Add(later.Record);
        Written.AddRange(later.Written);
    }
}
