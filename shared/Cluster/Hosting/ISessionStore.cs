using OrleansInference.Cluster.Protocol;
using OrleansInference.Models;

namespace OrleansInference.Cluster.Hosting;

/// <summary>Durable store of a cluster's sessions, as a silo uses it: writes of all its sessions are batched.</summary>
public interface ISessionStore
{
    /// <summary>Whether numbers and sessions outlive the process.</summary>
    bool IsDurable => false;

    /// <summary>Reserves numbers that no other session ever has.</summary>
    /// <returns>The first of <paramref name="count"/> consecutive numbers.</returns>
    Task<int> ReserveAsync(int count);

    /// <summary>Reads a stored session; null if it is not stored.</summary>
    Task<SessionRecord?> ReadAsync(int session);

    /// <summary>Leases further tokens to a request. May be repeated.</summary>
    /// <param name="lease">Lease of the request.</param>
    /// <param name="upTo">Tokens in all that are wanted, with those of the prompt.</param>
    /// <returns>Tokens in all that may be used, and the error for a request that needs more; null if what was wanted is granted.</returns>
    Task<(long Granted, InferenceException? Refusal)> ExtendAsync(Guid lease, long upTo) => Task.FromResult<(long, InferenceException?)>((long.MaxValue, null));

    /// <summary>Stores a version of a session with the next batch.</summary>
    /// <param name="session">Number of the session.</param>
    /// <param name="record">Version to make durable, merged with the stored one.</param>
    /// <param name="written">Called on any thread when the version is durable. A failed write is repeated until it succeeds.</param>
    void Write(int session, SessionRecord record, Action written);
}
