using OrleansInference.Api.Access;
using OrleansInference.Api.Conversations;
using OrleansInference.Api.Items;
using OrleansInference.Api.Requests;
using OrleansInference.Api.Responses;
using OrleansInference.Api.Storage;
using OrleansInference.Models;
using OrleansInference.Tenancy.Keys;
using OrleansInference.Tenancy.Storage;

namespace OrleansInference.Api.Administration;

/// <summary><c>/admin/sessions</c>: the conversations and responses of a tenant.</summary>
internal sealed class SessionEndpoints(
    IConversationStore conversations, IResponseStore responses, ConversationEndpoints conversationEndpoints, ResponseEndpoints responseEndpoints, ITenancyStore tenants, TimeProvider time)
{
    /// <summary>Lists conversations and then responses, both in the order of their ids, which is that of their creation.</summary>
    public async Task ListAsync(HttpContext context, string? tenant, string? after, int? limit)
    {
        string name = await SelectAsync(context, tenant);
        int count = AdminRequest.PageSize(limit);
        List<SessionReport> found = [.. (await conversations.ListAsync(name, after ?? string.Empty, count + 1, context.RequestAborted)).Select(session => SessionReport.Of(SessionReport.Conversation, name, session))];
        if (found.Count <= count)
        {
            found.AddRange((await responses.ListAsync(name, after ?? string.Empty, count + 1 - found.Count, context.RequestAborted)).Select(session => SessionReport.Of(SessionReport.Response, name, session)));
        }

        await AdminRequest.AnswerAsync(context, new SessionList("list", [.. found.Take(count)], found.Count > count), ApiJson.Default.SessionList);
    }

    public async Task GetAsync(HttpContext context, string id, string? tenant) =>
        await AdminRequest.AnswerAsync(context, await FindAsync(context, id, await SelectAsync(context, tenant)), ApiJson.Default.SessionReport);

    public async Task ExportAsync(HttpContext context, string id, string? tenant)
    {
        SessionReport session = await FindAsync(context, id, await SelectAsync(context, tenant));
        if (session.Kind == SessionReport.Conversation)
        {
            await conversationEndpoints.WriteExportAsync(context, session.Tenant, id);
            return;
        }

        StoredResponse stored = await responses.FindAsync(session.Tenant, id, context.RequestAborted) ?? throw NoSession(id);
        ResponseExport export = new("response.export", time.GetUtcNow().ToUnixTimeSeconds(), LiveResponse.ReadDocument(stored), [.. ItemList.Parse(stored.Input)]);
        await AdminRequest.AnswerAsync(context, export, ApiJson.Default.ResponseExport);
    }

    public async Task DeleteAsync(HttpContext context, string id, string? tenant)
    {
        SessionReport session = await FindAsync(context, id, await SelectAsync(context, tenant));
        bool deleted = session.Kind == SessionReport.Conversation
            ? await conversations.DeleteAsync(session.Tenant, id, context.RequestAborted)
            : await responseEndpoints.RemoveAsync(session.Tenant, id, context.RequestAborted);
        await AdminRequest.AnswerAsync(context, deleted ? new SessionDeletion(id, session.Kind, true) : throw NoSession(id), ApiJson.Default.SessionDeletion);
    }

    /// <returns>The tenant of the request: the caller's own, or the one that it names and may manage.</returns>
    private async Task<string> SelectAsync(HttpContext context, string? tenant)
    {
        Caller caller = Caller.Of(context);
        string name = tenant ?? caller.Tenant;

        // The caller's own tenant need not be stored: it may be that of a configured key.
        return caller.Has(Rights.ManageTenant, name) && (name == caller.Tenant || await tenants.FindTenantAsync(name, context.RequestAborted) is not null) ? name : throw AdminRequest.NoTenant(name);
    }

    private async Task<SessionReport> FindAsync(HttpContext context, string id, string tenant) =>
        await conversations.FindSessionAsync(tenant, id, context.RequestAborted) is { } conversation ? SessionReport.Of(SessionReport.Conversation, tenant, conversation)
        : await responses.FindSessionAsync(tenant, id, context.RequestAborted) is { } response ? SessionReport.Of(SessionReport.Response, tenant, response)
        : throw NoSession(id);

    private static InferenceException NoSession(string id) => new(ErrorCode.NotFound, $"The session '{JsonText.Shorten(id)}' does not exist.", "id");
}
