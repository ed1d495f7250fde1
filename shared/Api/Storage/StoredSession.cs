namespace OrleansInference.Api.Storage;

/// <summary>Conversation or response that the server keeps, without its contents.</summary>
/// <param name="Id">Identifier.</param>
/// <param name="CreatedAt">Time of creation.</param>
/// <param name="ExpiresAt">Time after which it is deleted.</param>
/// <param name="Items">Number of items: those of the conversation, or the input and the output of the response.</param>
public sealed record StoredSession(string Id, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, int Items);
