using System.Text.Json.Nodes;

namespace OrleansInference.Api.Storage;

/// <summary>Responses and conversations of a process without a database. They end with the process, and the oldest ended responses make room for new ones.</summary>
public sealed class MemoryResponseStore : IResponseStore, IConversationStore
{
    private const int MaxResponses = 10_000;
    private const int PruneEvery = 256; // new responses

    private readonly Lock _lock = new();
    private readonly Dictionary<string, StoredResponse> _responses = [];
    private readonly Dictionary<string, Conversation> _conversations = [];
    private int _added;

    /// <inheritdoc/>
    public bool IsDurable => false;

    /// <inheritdoc/>
    public Task AddAsync(StoredResponse response, CancellationToken cancellation = default) => Locked(() =>
    {
        if (++_added % PruneEvery == 0)
            MakeRoom(response.CreatedAt);
        return _responses[response.Id] = response;
    });

    /// <inheritdoc/>
    public Task<StoredResponse?> FindAsync(string tenant, string id, CancellationToken cancellation = default) => Locked(() => Find(tenant, id));

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredResponse>> ListTurnsAsync(string tenant, string id, int most, CancellationToken cancellation = default) => Locked<IReadOnlyList<StoredResponse>>(() =>
    {
        List<StoredResponse> turns = [];
        for (StoredResponse? turn = Find(tenant, id); turn is not null && turns.Count < most; turn = turn.Previous is { } previous ? Find(tenant, previous) : null)
            turns.Add(turn);
        turns.Reverse();
        return turns;
    });

    /// <inheritdoc/>
    public Task AttachAsync(string id, string session, CancellationToken cancellation = default) => Locked(() =>
    {
        if (_responses.TryGetValue(id, out StoredResponse? response) && response.Status.IsRunning())
            _responses[id] = response with { Session = session, Status = ResponseStatus.InProgress };
        return true;
    });

    /// <inheritdoc/>
    public Task<ResponseStatus?> EndAsync(StoredResponse ended, IReadOnlyList<StoredItem> turn, CancellationToken cancellation = default) => Locked<ResponseStatus?>(() =>
    {
        if (!_responses.TryGetValue(ended.Id, out StoredResponse? response))
            return null;
        bool cancelled = response is { Status: ResponseStatus.Cancelled, Result: null };
        if (!response.Status.IsRunning() && !cancelled)
            return null;
        ResponseStatus status = cancelled ? response.Status : ended.Status;
        _responses[ended.Id] = response with { Status = status, Work = null, Session = null, Output = ended.Output, Result = ended.Result };
        if (status is not ResponseStatus.Cancelled && response.Conversation is { } id && _conversations.TryGetValue(id, out Conversation? conversation))
            conversation.Append(turn, ended.ExpiresAt);
        return status;
    });

    /// <inheritdoc/>
    public Task<bool> CancelAsync(string tenant, string id, CancellationToken cancellation = default) => Locked(() =>
    {
        if (Find(tenant, id) is not { } response || !response.Status.IsRunning())
            return false;
        _responses[id] = response with { Status = ResponseStatus.Cancelled };
        return true;
    });

    /// <inheritdoc/>
    Task<bool> IResponseStore.DeleteAsync(string tenant, string id, CancellationToken cancellation) => Locked(() => Find(tenant, id) is { } response && Delete(response));

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> TouchAsync(IReadOnlyList<string> ids, DateTimeOffset now, CancellationToken cancellation = default) => Locked<IReadOnlyList<string>>(() =>
    {
        List<string> running = [];
        foreach (string id in ids)
        {
            if (_responses.TryGetValue(id, out StoredResponse? response) && response.Status.IsRunning())
            {
                _responses[id] = response with { TouchedAt = now };
                running.Add(id);
            }
        }

        return running;
    });

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredResponse>> ClaimAsync(DateTimeOffset before, DateTimeOffset now, int most, CancellationToken cancellation = default) => Locked<IReadOnlyList<StoredResponse>>(() =>
    {
        StoredResponse[] found = [.. _responses.Values.Where(response => response.Background && response.Status.IsRunning() && response.TouchedAt <= before).OrderBy(static response => response.TouchedAt).Take(most)];
        foreach (StoredResponse response in found)
        {
            _responses[response.Id] = response with { TouchedAt = now };
        }

        return [.. found.Select(response => _responses[response.Id])];
    });

    /// <inheritdoc/>
    public Task<int> PruneAsync(DateTimeOffset now, CancellationToken cancellation = default) => Locked(() => Prune(now));

    /// <inheritdoc/>
    public Task AddAsync(StoredConversation conversation, IReadOnlyList<StoredItem> items, CancellationToken cancellation = default) => Locked(() => _conversations[conversation.Id] = new Conversation(conversation, items));

    /// <inheritdoc/>
    Task<StoredConversation?> IConversationStore.FindAsync(string tenant, string id, CancellationToken cancellation) => Locked(() => FindConversation(tenant, id)?.Head);

    /// <inheritdoc/>
    public Task<StoredConversation?> UpdateAsync(string tenant, string id, string metadata, CancellationToken cancellation = default) => Locked(() =>
        FindConversation(tenant, id) is { } found ? found.Head = found.Head with { Metadata = metadata } : null);

    /// <inheritdoc/>
    Task<bool> IConversationStore.DeleteAsync(string tenant, string id, CancellationToken cancellation) => Locked(() => FindConversation(tenant, id) is { } found && Delete(found.Head));

    /// <inheritdoc/>
    public Task<bool> AppendAsync(string tenant, string id, IReadOnlyList<StoredItem> items, DateTimeOffset expiresAt, CancellationToken cancellation = default) => Locked(() =>
    {
        FindConversation(tenant, id)?.Append(items, expiresAt);
        return FindConversation(tenant, id) is not null;
    });

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredItem>> ListItemsAsync(string tenant, string id, string? after, int count, bool newestFirst, CancellationToken cancellation = default) => Locked<IReadOnlyList<StoredItem>>(() =>
    {
        IEnumerable<StoredItem> items = FindConversation(tenant, id)?.Items ?? [];
        items = newestFirst ? items.Reverse() : items;
        return [.. (after is null ? items : items.SkipWhile(item => item.Id != after).Skip(1)).Take(count)];
    });

    /// <inheritdoc/>
    public Task<StoredItem?> FindItemAsync(string tenant, string id, string item, CancellationToken cancellation = default) =>
        Locked(() => FindConversation(tenant, id)?.Items.Find(one => one.Id == item));

    /// <inheritdoc/>
    public Task<bool> DeleteItemAsync(string tenant, string id, string item, CancellationToken cancellation = default) =>
        Locked(() => FindConversation(tenant, id)?.Items.RemoveAll(one => one.Id == item) > 0);

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> ListResponsesAsync(string tenant, string id, CancellationToken cancellation = default) => Locked<IReadOnlyList<string>>(() =>
        [.. _responses.Values.Where(response => response.Tenant == tenant && response.Conversation == id).OrderBy(static response => response.CreatedAt).ThenBy(static response => response.Id, StringComparer.Ordinal).Select(static response => response.Id)]);

    /// <inheritdoc/>
    Task<IReadOnlyList<StoredSession>> IResponseStore.ListAsync(string tenant, string after, int count, CancellationToken cancellation) =>
        Locked(() => Part(_responses.Values.Where(response => response.Tenant == tenant).Select(Describe), after, count));

    /// <inheritdoc/>
    Task<IReadOnlyList<StoredSession>> IConversationStore.ListAsync(string tenant, string after, int count, CancellationToken cancellation) =>
        Locked(() => Part(_conversations.Values.Where(conversation => conversation.Head.Tenant == tenant).Select(Describe), after, count));

    /// <inheritdoc/>
    Task<StoredSession?> IResponseStore.FindSessionAsync(string tenant, string id, CancellationToken cancellation) => Locked(() => Find(tenant, id) is { } found ? Describe(found) : null);

    /// <inheritdoc/>
    Task<StoredSession?> IConversationStore.FindSessionAsync(string tenant, string id, CancellationToken cancellation) => Locked(() => FindConversation(tenant, id) is { } found ? Describe(found) : null);

    private static StoredSession Describe(StoredResponse response) =>
        new(response.Id, response.CreatedAt, response.ExpiresAt, LengthOf(response.Input) + LengthOf(response.Output));

    private static int LengthOf(string? array) => array is null ? 0 : JsonNode.Parse(array)!.AsArray().Count;

    private static StoredSession Describe(Conversation conversation) => new(conversation.Head.Id, conversation.Head.CreatedAt, conversation.Head.ExpiresAt, conversation.Items.Count);

    private static IReadOnlyList<StoredSession> Part(IEnumerable<StoredSession> sessions, string after, int count) =>
        [.. sessions.Where(session => string.CompareOrdinal(session.Id, after) > 0).OrderBy(static session => session.Id, StringComparer.Ordinal).Take(count)];

    private StoredResponse? Find(string tenant, string id) => _responses.TryGetValue(id, out StoredResponse? response) && response.Tenant == tenant ? response : null;

    private Conversation? FindConversation(string tenant, string id) => _conversations.TryGetValue(id, out Conversation? found) && found.Head.Tenant == tenant ? found : null;

    private int Prune(DateTimeOffset now)
    {
        StoredResponse[] responses = [.. _responses.Values.Where(response => response.ExpiresAt <= now)];
        Array.ForEach(responses, response => Delete(response));
        StoredConversation[] conversations = [.. _conversations.Values.Select(static one => one.Head).Where(conversation => conversation.ExpiresAt <= now)];
        Array.ForEach(conversations, conversation => Delete(conversation));
        return responses.Length + conversations.Length;
    }

    /// <summary>Removes expired responses and conversations, then the oldest ended responses beyond the limit.</summary>
    private void MakeRoom(DateTimeOffset now)
    {
        Prune(now);
        int excess = Math.Max(0, _responses.Count - MaxResponses);
        Array.ForEach([.. _responses.Values.Where(static response => !response.Status.IsRunning()).OrderBy(static response => response.CreatedAt).Take(excess)], response => Delete(response));
    }

    private bool Delete(StoredResponse response)
    {
        foreach (StoredResponse next in _responses.Values.Where(next => next.Previous == response.Id).ToArray())
        {
            _responses[next.Id] = next with { Previous = response.Previous };
        }

        return _responses.Remove(response.Id);
    }

    private bool Delete(StoredConversation conversation)
    {
        foreach (StoredResponse response in _responses.Values.Where(response => response.Conversation == conversation.Id).ToArray())
        {
            _responses[response.Id] = response with { Conversation = null };
        }

        return _conversations.Remove(conversation.Id);
    }

    private Task<T> Locked<T>(Func<T> work)
    {
        lock (_lock)
        {
            return Task.FromResult(work());
        }
    }

    private sealed class Conversation(StoredConversation head, IReadOnlyList<StoredItem> items)
    {
        public StoredConversation Head { get; set; } = head;

        public List<StoredItem> Items { get; } = [.. items];

        public void Append(IReadOnlyList<StoredItem> items, DateTimeOffset expiresAt)
        {
            Items.AddRange(items);
            Head = Head with { ExpiresAt = expiresAt };
        }
    }
}
