using System.Text.Json.Nodes;
using OrleansInference.Api.Storage;

namespace OrleansInference.Api.Conversations;

/// <summary>OpenAI's conversation object.</summary>
/// <param name="Id">Id of the conversation.</param>
/// <param name="Object">Always <c>conversation</c>.</param>
/// <param name="CreatedAt">Unix time in seconds.</param>
/// <param name="Metadata">Labels of the client.</param>
internal sealed record ConversationDocument(string Id, string Object, long CreatedAt, JsonNode Metadata)
{
    public static ConversationDocument Of(StoredConversation stored) => new(stored.Id, "conversation", stored.CreatedAt.ToUnixTimeSeconds(), JsonNode.Parse(stored.Metadata)!);
}

/// <summary>Everything that the server keeps of a conversation.</summary>
/// <param name="Object">Always <c>conversation.export</c>.</param>
/// <param name="ExportedAt">Unix time in seconds.</param>
/// <param name="Conversation">The conversation.</param>
/// <param name="Items">All items, the oldest first.</param>
/// <param name="Responses">Ids of the responses that were generated in the conversation, the oldest first.</param>
internal sealed record ConversationExport(string Object, long ExportedAt, ConversationDocument Conversation, IReadOnlyList<JsonNode> Items, IReadOnlyList<string> Responses);
