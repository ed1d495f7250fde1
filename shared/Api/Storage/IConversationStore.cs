using OrleansInference.Models;

namespace OrleansInference.Api.Storage;

/// <summary>Conversations of a cluster and their items, each in the order in which they were added.</summary>
/// <exception cref="InferenceException">From every method: <see cref="ErrorCode.Unavailable"/>: the store does not answer; the change may have been made or not.</exception>
public interface IConversationStore
{
    /// <summary>Stores a new conversation with its first items.</summary>
    Task AddAsync(StoredConversation conversation, IReadOnlyList<StoredItem> items, CancellationToken cancellation = default);

    /// <returns>The conversation; null if the tenant has none of the id.</returns>
    Task<StoredConversation?> FindAsync(string tenant, string id, CancellationToken cancellation = default);

    /// <summary>Lists the conversations of a tenant in the order of their ids, which is that of their creation.</summary>
    /// <param name="tenant">Tenant of the conversations.</param>
    /// <param name="after">Id after which the list begins; empty for the beginning.</param>
    /// <param name="count">Number of conversations, at most.</param>
    /// <param name="cancellation">Cancels the wait for the answer.</param>
    Task<IReadOnlyList<StoredSession>> ListAsync(string tenant, string after, int count, CancellationToken cancellation = default);

    /// <returns>The conversation without its contents; null if the tenant has none of the id.</returns>
    Task<StoredSession?> FindSessionAsync(string tenant, string id, CancellationToken cancellation = default);

    /// <summary>Replaces the labels.</summary>
    /// <returns>The conversation; null if the tenant has none of the id.</returns>
    Task<StoredConversation?> UpdateAsync(string tenant, string id, string metadata, CancellationToken cancellation = default);

    /// <summary>Deletes a conversation with its items. Its responses remain, without a conversation.</summary>
    /// <returns>Whether there was one.</returns>
    Task<bool> DeleteAsync(string tenant, string id, CancellationToken cancellation = default);

    /// <summary>Adds items at the end, all or none.</summary>
    /// <returns>Whether the conversation exists.</returns>
    Task<bool> AppendAsync(string tenant, string id, IReadOnlyList<StoredItem> items, DateTimeOffset expiresAt, CancellationToken cancellation = default);

    /// <summary>Lists items.</summary>
    /// <param name="tenant">Tenant of the conversation.</param>
    /// <param name="id">The conversation.</param>
    /// <param name="after">Item after which the list begins; null for the beginning.</param>
    /// <param name="count">Number of items, at most.</param>
    /// <param name="newestFirst">Whether the list is in the opposite order.</param>
    /// <param name="cancellation">Cancels the wait for the answer.</param>
    Task<IReadOnlyList<StoredItem>> ListItemsAsync(string tenant, string id, string? after, int count, bool newestFirst, CancellationToken cancellation = default);

    /// <returns>The item; null if the tenant has no such conversation, or the conversation no such item.</returns>
    Task<StoredItem?> FindItemAsync(string tenant, string id, string item, CancellationToken cancellation = default);

    /// <returns>Whether there was one.</returns>
    Task<bool> DeleteItemAsync(string tenant, string id, string item, CancellationToken cancellation = default);

    /// <summary>Lists the ids of a conversation's responses in the order of their creation.</summary>
    Task<IReadOnlyList<string>> ListResponsesAsync(string tenant, string id, CancellationToken cancellation = default);
}
