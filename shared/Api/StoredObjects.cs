using Microsoft.Extensions.DependencyInjection.Extensions;
using OrleansInference.Api.Conversations;
using OrleansInference.Api.Items;
using OrleansInference.Api.OpenApi;
using OrleansInference.Api.Responses;
using OrleansInference.Api.Storage;

namespace OrleansInference.Api;

/// <summary>Services and endpoints of the objects that the server keeps: responses and conversations. Without a registered store they are kept in memory.</summary>
internal static class StoredObjects
{
    public static void AddStoredObjects(this IServiceCollection services)
    {
        services.TryAddSingleton<MemoryResponseStore>();
        services.TryAddSingleton<IResponseStore>(static provider => provider.GetRequiredService<MemoryResponseStore>());
        services.TryAddSingleton<IConversationStore>(static provider => provider.GetRequiredService<MemoryResponseStore>());
        services.AddSingleton<ItemReader>();
        services.AddSingleton<ResponseFieldTable>();
        services.AddSingleton<ResponseContext>();
        services.AddSingleton<ResponsePrompt>();
        services.AddSingleton<ResponseStreamer>();
        services.AddSingleton<LiveResponses>();
        services.AddSingleton<ResponseEndpoints>();
        services.AddHostedService<ResponseKeeper>();
        services.AddSingleton<ConversationFieldTables>();
        services.AddSingleton<ConversationEndpoints>();
    }

    /// <param name="routes">Routes that require a key.</param>
    public static void MapStoredObjects(this RouteGroupBuilder routes)
    {
        IServiceProvider services = ((IEndpointRouteBuilder)routes).ServiceProvider;
        ResponseEndpoints responses = services.GetRequiredService<ResponseEndpoints>();
        routes.MapPost("/v1/responses", (Delegate)responses.CreateAsync)
            .Describes<ResponseDocument>("createResponse", "Generates a response, as one document, as a stream of server-sent events, or in the background.", services.GetRequiredService<ResponseFieldTable>().Table)
            .Fails(StatusCodes.Status402PaymentRequired, StatusCodes.Status404NotFound, StatusCodes.Status429TooManyRequests);
        routes.MapGet("/v1/responses/{id}", responses.GetAsync).Describes<ResponseDocument>("getResponse", "Returns a stored response, or with stream=true its events after the one of starting_after.").Queries(QueryParameter.OfResponse);
        routes.MapDelete("/v1/responses/{id}", responses.DeleteAsync).Describes<ResponseDeletion>("deleteResponse", "Deletes a stored response.");
        routes.MapPost("/v1/responses/{id}/cancel", responses.CancelAsync).Describes<ResponseDocument>("cancelResponse", "Ends a response that is being generated.");
        routes.MapGet("/v1/responses/{id}/input_items", responses.ListInputAsync).Describes<ItemList>("listInputItems", "Lists the items that a response was generated from.").Queries(QueryParameter.OfList);

        ConversationEndpoints conversations = services.GetRequiredService<ConversationEndpoints>();
        ConversationFieldTables tables = services.GetRequiredService<ConversationFieldTables>();
        routes.MapPost("/v1/conversations", (Delegate)conversations.CreateAsync).Describes<ConversationDocument>("createConversation", "Creates a conversation.", tables.Create);
        routes.MapGet("/v1/conversations/{id}", conversations.GetAsync).Describes<ConversationDocument>("getConversation", "Returns a conversation.");
        routes.MapPost("/v1/conversations/{id}", conversations.UpdateAsync).Describes<ConversationDocument>("updateConversation", "Replaces the labels of a conversation.", tables.Update);
        routes.MapDelete("/v1/conversations/{id}", conversations.DeleteAsync).Describes<ResponseDeletion>("deleteConversation", "Deletes a conversation with its items.");
        routes.MapGet("/v1/conversations/{id}/export", conversations.ExportAsync).Describes<ConversationExport>("exportConversation", "Returns a conversation with all its items as a file.");
        routes.MapPost("/v1/conversations/{id}/items", conversations.AppendAsync).Describes<ItemList>("createConversationItems", "Adds items to a conversation.", tables.Append);
        routes.MapGet("/v1/conversations/{id}/items", conversations.ListItemsAsync).Describes<ItemList>("listConversationItems", "Lists the items of a conversation.").Queries(QueryParameter.OfList);
        routes.MapGet("/v1/conversations/{id}/items/{item}", conversations.GetItemAsync).Describes<System.Text.Json.Nodes.JsonObject>("getConversationItem", "Returns an item of a conversation.");
        routes.MapDelete("/v1/conversations/{id}/items/{item}", conversations.DeleteItemAsync).Describes<ConversationDocument>("deleteConversationItem", "Deletes an item of a conversation.");
    }
}
