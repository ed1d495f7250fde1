using System.Text.Json.Nodes;
using OrleansInference.Api.Conversations;
using OrleansInference.Api.Items;
using OrleansInference.Api.Storage;
using OrleansInference.Models;

namespace OrleansInference.Api.Responses;

/// <summary>Reads the items that precede a response: those of the responses or of the conversation that it continues.</summary>
internal sealed class ResponseContext(IResponseStore responses, IConversationStore conversations)
{
    /// <exception cref="InferenceException"><see cref="ErrorCode.NotFound"/>: the response or the conversation does not exist.</exception>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidRequest"/>: the response has not ended, or the items are too many.</exception>
    public async Task<IReadOnlyList<JsonObject>> ReadAsync(string tenant, ResponseRequest request, CancellationToken cancellation) =>
        request.Previous is { } previous ? await ReadTurnsAsync(tenant, previous, request.Limits.MaxMessages, cancellation)
        : request.Conversation is { } conversation ? await ReadConversationAsync(tenant, conversation, request.Limits.MaxMessages, cancellation)
        : [];

    /// <summary>Reads the items of a response and of those before it, without the output of the last one.</summary>
    public async Task<IReadOnlyList<JsonObject>> ReadInputAsync(string tenant, string id, int most, CancellationToken cancellation)
    {
        IReadOnlyList<StoredResponse> turns = await responses.ListTurnsAsync(tenant, id, most, cancellation);
        return turns.Count == 0 ? throw ResponseEndpoints.NotFound(id) : [.. turns.SelectMany(turn => turn.Id == id ? ItemList.Parse(turn.Input) : ItemsOf(turn))];
    }

    private async Task<IReadOnlyList<JsonObject>> ReadTurnsAsync(string tenant, string id, int most, CancellationToken cancellation)
    {
        IReadOnlyList<StoredResponse> turns = await responses.ListTurnsAsync(tenant, id, most, cancellation);
        if (turns.Count == 0)
            throw ResponseEndpoints.NotFound(id);
        if (turns[^1].Status.IsRunning())
            throw new InferenceException(ErrorCode.InvalidRequest, $"The response '{id}' has not ended; only a response that has ended can be continued.", "previous_response_id");
        return [.. turns.SelectMany(ItemsOf)];
    }

    private async Task<IReadOnlyList<JsonObject>> ReadConversationAsync(string tenant, string id, int most, CancellationToken cancellation)
    {
        if (await conversations.FindAsync(tenant, id, cancellation) is null)
            throw ConversationEndpoints.NotFound(id);
        IReadOnlyList<StoredItem> items = await conversations.ListItemsAsync(tenant, id, null, most + 1, newestFirst: false, cancellation);
        return items.Count <= most
            ? [.. items.Select(static item => JsonNode.Parse(item.Json)!.AsObject())]
            : throw new InferenceException(ErrorCode.InvalidRequest, $"The conversation '{id}' has more than {most} items, which is the limit of a request.", "conversation");
    }

    private static IEnumerable<JsonObject> ItemsOf(StoredResponse turn) => ItemList.Parse(turn.Input).Concat(turn.Output is { } output ? ItemList.Parse(output) : []);
}
