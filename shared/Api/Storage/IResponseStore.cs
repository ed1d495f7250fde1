using OrleansInference.Models;

namespace OrleansInference.Api.Storage;

/// <summary>Responses of a cluster. A method that returns has made its change visible to all nodes, and durable if the store is.</summary>
/// <exception cref="InferenceException">From every method: <see cref="ErrorCode.Unavailable"/>: the store does not answer; the change may have been made or not.</exception>
public interface IResponseStore
{
    /// <summary>Whether the store outlives the process: a response that this node leaves is then continued by another node, or after a restart.</summary>
    bool IsDurable { get; }

    /// <summary>Stores a new response.</summary>
    Task AddAsync(StoredResponse response, CancellationToken cancellation = default);

    /// <returns>The response; null if the tenant has none of the id.</returns>
    Task<StoredResponse?> FindAsync(string tenant, string id, CancellationToken cancellation = default);

    /// <summary>Lists the responses of a tenant in the order of their ids, which is that of their creation.</summary>
    /// <param name="tenant">Tenant of the responses.</param>
    /// <param name="after">Id after which the list begins; empty for the beginning.</param>
    /// <param name="count">Number of responses, at most.</param>
    /// <param name="cancellation">Cancels the wait for the answer.</param>
    Task<IReadOnlyList<StoredSession>> ListAsync(string tenant, string after, int count, CancellationToken cancellation = default);

    /// <returns>The response without its contents; null if the tenant has none of the id.</returns>
    Task<StoredSession?> FindSessionAsync(string tenant, string id, CancellationToken cancellation = default);

    /// <summary>Lists a response and those that it continues, the oldest first.</summary>
    /// <param name="tenant">Tenant of the responses.</param>
    /// <param name="id">The last response.</param>
    /// <param name="most">Number of responses, at most; the oldest are left out.</param>
    /// <param name="cancellation">Cancels the wait for the answer.</param>
    Task<IReadOnlyList<StoredResponse>> ListTurnsAsync(string tenant, string id, int most, CancellationToken cancellation = default);

    /// <summary>Stores the session that generates a running response, which is then in progress.</summary>
    Task AttachAsync(string id, string session, CancellationToken cancellation = default);

    /// <summary>Stores the end of a running response, or what a cancelled one has generated. In the same transaction the items of a turn that was not cancelled are appended to its conversation, if that still exists.</summary>
    /// <param name="ended">Response with its end.</param>
    /// <param name="turn">Items of the turn.</param>
    /// <param name="cancellation">Cancels the wait for the answer.</param>
    /// <returns>State that was stored: that of the given response, or cancelled; null if the response has ended before, or is deleted.</returns>
    Task<ResponseStatus?> EndAsync(StoredResponse ended, IReadOnlyList<StoredItem> turn, CancellationToken cancellation = default);

    /// <summary>Ends a running response. The nodes that generate it follow.</summary>
    /// <returns>Whether it was running.</returns>
    Task<bool> CancelAsync(string tenant, string id, CancellationToken cancellation = default);

    /// <summary>Deletes a response. Responses that continue it continue its predecessor from now on.</summary>
    /// <returns>Whether there was one.</returns>
    Task<bool> DeleteAsync(string tenant, string id, CancellationToken cancellation = default);

    /// <summary>Reports that a node generates responses.</summary>
    /// <returns>Those that are still running; the others were cancelled, deleted, or ended by another node.</returns>
    Task<IReadOnlyList<string>> TouchAsync(IReadOnlyList<string> ids, DateTimeOffset now, CancellationToken cancellation = default);

    /// <summary>Finds running background responses that no node has reported for a while, and reports them, so that no other node finds them too.</summary>
    /// <param name="before">Time of the last report, at most.</param>
    /// <param name="now">Time of the new report.</param>
    /// <param name="most">Number of responses, at most.</param>
    /// <param name="cancellation">Cancels the wait for the answer.</param>
    Task<IReadOnlyList<StoredResponse>> ClaimAsync(DateTimeOffset before, DateTimeOffset now, int most, CancellationToken cancellation = default);

    /// <summary>Deletes expired responses and conversations.</summary>
    /// <returns>Number of both.</returns>
    Task<int> PruneAsync(DateTimeOffset now, CancellationToken cancellation = default);
}
