using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using OrleansInference.Api.Access;
using OrleansInference.Api.Items;
using OrleansInference.Api.Requests;
using OrleansInference.Api.Storage;
using OrleansInference.Models;

namespace OrleansInference.Api.Conversations;

/// <summary><c>/v1/conversations</c></summary>
internal sealed class ConversationEndpoints(IConversationStore store, ConversationFieldTables fields, IOptions<ApiOptions> options, TimeProvider time)
{
    private const int ExportedAtOnce = 1000;

    /// <summary>Creates the error of an id that no conversation of the tenant has. That another tenant may have it is not revealed.</summary>
    public static InferenceException NotFound(string id) => new(ErrorCode.NotFound, $"The conversation '{JsonText.Shorten(id)}' does not exist.");

    /// <summary><c>POST /v1/conversations</c></summary>
    public async Task CreateAsync(HttpContext context)
    {
        ConversationFields request = await ReadAsync(context, fields.Create);
        string tenant = Caller.Of(context).Tenant;
        DateTimeOffset now = time.GetUtcNow();
        StoredConversation conversation = new(tenant, ItemId.New(ItemId.Conversation, time), now, ItemList.Text(request.Metadata), options.Value.ExpiresAt(tenant, now));
        await store.AddAsync(conversation, ItemList.Stored(request.Items), context.RequestAborted);
        await WriteAsync(context, conversation);
    }

    /// <summary><c>GET /v1/conversations/{id}</c></summary>
    public async Task GetAsync(HttpContext context, string id) => await WriteAsync(context, await FindAsync(context, id));

    /// <summary><c>POST /v1/conversations/{id}</c></summary>
    public async Task UpdateAsync(HttpContext context, string id)
    {
        ConversationFields request = await ReadAsync(context, fields.Update);
        await WriteAsync(context, await store.UpdateAsync(Caller.Of(context).Tenant, id, ItemList.Text(request.Metadata), context.RequestAborted) ?? throw NotFound(id));
    }

    /// <summary><c>DELETE /v1/conversations/{id}</c></summary>
    public async Task DeleteAsync(HttpContext context, string id)
    {
        if (!await store.DeleteAsync(Caller.Of(context).Tenant, id, context.RequestAborted))
            throw NotFound(id);
        JsonObject deleted = new() { ["id"] = id, ["object"] = "conversation.deleted", ["deleted"] = true };
        await context.Response.WriteAsJsonAsync(deleted, ApiJson.Default.JsonObject, cancellationToken: context.RequestAborted);
    }

    /// <summary><c>GET /v1/conversations/{id}/export</c></summary>
    public Task ExportAsync(HttpContext context, string id) => WriteExportAsync(context, Caller.Of(context).Tenant, id);

    /// <summary>Answers with a conversation of a tenant and all its items.</summary>
    public async Task WriteExportAsync(HttpContext context, string tenant, string id)
    {
        StoredConversation conversation = await store.FindAsync(tenant, id, context.RequestAborted) ?? throw NotFound(id);
        List<JsonNode> items = [];
        for (string? after = null; ;)
        {
            IReadOnlyList<StoredItem> part = await store.ListItemsAsync(conversation.Tenant, id, after, ExportedAtOnce, newestFirst: false, context.RequestAborted);
            items.AddRange(part.Select(static item => JsonNode.Parse(item.Json)!));
            if (part.Count < ExportedAtOnce)
                break;
            after = part[^1].Id;
        }

        ConversationExport export = new(
            "conversation.export", time.GetUtcNow().ToUnixTimeSeconds(), ConversationDocument.Of(conversation), items, await store.ListResponsesAsync(conversation.Tenant, id, context.RequestAborted));
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"{id}.json\"";
        await context.Response.WriteAsJsonAsync(export, ApiJson.Default.ConversationExport, cancellationToken: context.RequestAborted);
    }

    /// <summary><c>POST /v1/conversations/{id}/items</c></summary>
    public async Task AppendAsync(HttpContext context, string id)
    {
        ConversationFields request = await ReadAsync(context, fields.Append);
        string tenant = Caller.Of(context).Tenant;
        StoredItem[] items = ItemList.Stored(request.Items);
        if (!await store.AppendAsync(tenant, id, items, options.Value.ExpiresAt(tenant, time.GetUtcNow()), context.RequestAborted))
            throw NotFound(id);
        await WriteAsync(context, ItemList.Of(items, items.Length));
    }

    /// <summary><c>GET /v1/conversations/{id}/items</c></summary>
    public async Task ListItemsAsync(HttpContext context, string id)
    {
        ListQuery query = ListQuery.Read(context);
        string tenant = (await FindAsync(context, id)).Tenant;
        if (query.After is { } after && await store.FindItemAsync(tenant, id, after, context.RequestAborted) is null)
            throw query.UnknownAfter();
        await WriteAsync(context, ItemList.Of(await store.ListItemsAsync(tenant, id, query.After, query.Limit + 1, query.NewestFirst, context.RequestAborted), query.Limit));
    }

    /// <summary><c>GET /v1/conversations/{id}/items/{item}</c></summary>
    public async Task GetItemAsync(HttpContext context, string id, string item)
    {
        StoredItem found = await store.FindItemAsync(Caller.Of(context).Tenant, id, item, context.RequestAborted) ?? throw ItemNotFound(item);
        await context.Response.WriteAsJsonAsync(JsonNode.Parse(found.Json)!.AsObject(), ApiJson.Default.JsonObject, cancellationToken: context.RequestAborted);
    }

    /// <summary><c>DELETE /v1/conversations/{id}/items/{item}</c></summary>
    public async Task DeleteItemAsync(HttpContext context, string id, string item)
    {
        StoredConversation conversation = await FindAsync(context, id);
        if (!await store.DeleteItemAsync(conversation.Tenant, id, item, context.RequestAborted))
            throw ItemNotFound(item);
        await WriteAsync(context, conversation);
    }

    private async Task<StoredConversation> FindAsync(HttpContext context, string id) => await store.FindAsync(Caller.Of(context).Tenant, id, context.RequestAborted) ?? throw NotFound(id);

    private async Task<ConversationFields> ReadAsync(HttpContext context, FieldTable<ConversationFields> table)
    {
        using RequestBody body = await RequestBody.ReadAsync(context, options.Value);
        return ConversationFieldTables.Read(table, body.Root);
    }

    private static Task WriteAsync(HttpContext context, StoredConversation conversation) =>
        context.Response.WriteAsJsonAsync(ConversationDocument.Of(conversation), ApiJson.Default.ConversationDocument, cancellationToken: context.RequestAborted);

    private static Task WriteAsync(HttpContext context, ItemList items) => context.Response.WriteAsJsonAsync(items, ApiJson.Default.ItemList, cancellationToken: context.RequestAborted);

    private static InferenceException ItemNotFound(string id) => new(ErrorCode.NotFound, $"The item '{JsonText.Shorten(id)}' does not exist in this conversation.");
}
