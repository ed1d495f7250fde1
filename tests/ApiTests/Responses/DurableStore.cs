using OrleansInference.Api.Storage;

namespace OrleansInference.ApiTests.Responses;

/// <summary>A store that several servers share as the nodes of a cluster do, so that they report to it.</summary>
internal sealed class DurableStore : IResponseStore
{
    private readonly IResponseStore _inner = new MemoryResponseStore();
    private int _reports;

    public bool IsDurable => true;

    /// <summary>Number of reports so far, of all nodes.</summary>
    public int Reports => Volatile.Read(ref _reports);

    public Task AddAsync(StoredResponse response, CancellationToken cancellation = default) => _inner.AddAsync(response, cancellation);

    public Task<StoredResponse?> FindAsync(string tenant, string id, CancellationToken cancellation = default) => _inner.FindAsync(tenant, id, cancellation);

    public Task<IReadOnlyList<StoredSession>> ListAsync(string tenant, string after, int count, CancellationToken cancellation = default) => _inner.ListAsync(tenant, after, count, cancellation);

    public Task<StoredSession?> FindSessionAsync(string tenant, string id, CancellationToken cancellation = default) => _inner.FindSessionAsync(tenant, id, cancellation);

    public Task<IReadOnlyList<StoredResponse>> ListTurnsAsync(string tenant, string id, int most, CancellationToken cancellation = default) => _inner.ListTurnsAsync(tenant, id, most, cancellation);

    public Task AttachAsync(string id, string session, CancellationToken cancellation = default) => _inner.AttachAsync(id, session, cancellation);

    public Task<ResponseStatus?> EndAsync(StoredResponse ended, IReadOnlyList<StoredItem> turn, CancellationToken cancellation = default) => _inner.EndAsync(ended, turn, cancellation);

    public Task<bool> CancelAsync(string tenant, string id, CancellationToken cancellation = default) => _inner.CancelAsync(tenant, id, cancellation);

    public Task<bool> DeleteAsync(string tenant, string id, CancellationToken cancellation = default) => _inner.DeleteAsync(tenant, id, cancellation);

    public async Task<IReadOnlyList<string>> TouchAsync(IReadOnlyList<string> ids, DateTimeOffset now, CancellationToken cancellation = default)
    {
        IReadOnlyList<string> running = await _inner.TouchAsync(ids, now, cancellation);
        Interlocked.Increment(ref _reports);
        return running;
    }

    public Task<IReadOnlyList<StoredResponse>> ClaimAsync(DateTimeOffset before, DateTimeOffset now, int most, CancellationToken cancellation = default) => _inner.ClaimAsync(before, now, most, cancellation);

    public Task<int> PruneAsync(DateTimeOffset now, CancellationToken cancellation = default) => _inner.PruneAsync(now, cancellation);
}
