using OrleansInference.Cluster.Protocol;

namespace OrleansInference.Cluster.Hosting;

/// <summary>The durable place of a cluster's sessions, as a silo sees it: writes of all its sessions go together.</summary>
internal interface ISessionStore
{
    /// <summary>Numbers that no session has or will have.</summary>
    /// <returns>The first of <paramref name="count"/> in a row.</returns>
    Task<int> ReserveAsync(int count);

    /// <summary>What is stored of a session; null when nothing is.</summary>
    Task<SessionRecord?> ReadAsync(int session);

    /// <summary>Stores a version of a session, with the next batch.</summary>
    /// <param name="session">Which one.</param>
    /// <param name="record">What is durable from then on, with what is stored already.</param>
    /// <param name="written">Called when it is, on some thread. A write that fails is tried again until it succeeds.</param>
    void Write(int session, SessionRecord record, Action written);
}
