namespace OrleansInference.Api.Storage;

/// <summary>Conversation that the server keeps.</summary>
/// <param name="Tenant">Tenant that created it. No other tenant sees it.</param>
/// <param name="Id">Identifier, unique in the cluster.</param>
/// <param name="CreatedAt">Time of creation.</param>
/// <param name="Metadata">Labels of the client: a JSON object.</param>
/// <param name="ExpiresAt">Time after which it is deleted. Every added item moves it.</param>
public sealed record StoredConversation(string Tenant, string Id, DateTimeOffset CreatedAt, string Metadata, DateTimeOffset ExpiresAt);

/// <summary>Item of a conversation.</summary>
/// <param name="Id">Identifier, unique in the conversation.</param>
/// <param name="Json">The item: a JSON object.</param>
public sealed record StoredItem(string Id, string Json);
