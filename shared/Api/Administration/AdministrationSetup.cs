using OrleansInference.Api.Access;
using OrleansInference.Api.OpenApi;
using OrleansInference.Tenancy.Keys;

namespace OrleansInference.Api.Administration;

/// <summary>Adds the administration of tenants and keys to a host.</summary>
internal static class AdministrationSetup
{
    public static void AddAdministration(this IServiceCollection services)
    {
        services.AddSingleton<TenantEndpoints>();
        services.AddSingleton<KeyEndpoints>();
        services.AddSingleton<UsageEndpoints>();
        services.AddSingleton<SessionEndpoints>();
        services.AddSingleton<WatermarkEndpoints>();
    }

    public static void MapAdministration(this WebApplication app)
    {
        RouteGroupBuilder tenants = app.MapGroup("/admin/tenants");
        tenants.MapPost(string.Empty, (HttpContext context, TenantEndpoints endpoint) => endpoint.CreateAsync(context)).Requires(Rights.ManageCluster)
            .Describes<TenantReport>("createTenant", "Creates a tenant.", TenantRequest.Creation, StatusCodes.Status201Created).Fails(StatusCodes.Status409Conflict);
        tenants.MapGet(string.Empty, (HttpContext context, TenantEndpoints endpoint, string? after, int? limit) => endpoint.ListAsync(context, after, limit)).Requires(Rights.ManageCluster)
            .Describes<TenantList>("listTenants", "Lists tenants in the order of their names.");
        tenants.MapGet("/{tenant}", (HttpContext context, TenantEndpoints endpoint, string tenant) => endpoint.GetAsync(context, tenant)).Requires(Rights.ReadUsage)
            .Describes<TenantReport>("getTenant", "Returns a tenant with its limits.");
        tenants.MapPatch("/{tenant}", (HttpContext context, TenantEndpoints endpoint, string tenant) => endpoint.UpdateAsync(context, tenant)).Requires(Rights.ManageCluster)
            .Describes<TenantReport>("updateTenant", "Replaces the limits of a tenant, or refuses or accepts its keys.", TenantRequest.Update);

        app.MapGet("/admin/usage", (HttpContext context, UsageEndpoints endpoint, string? tenant, string? key, string? from, string? to) => endpoint.ReadAsync(context, tenant, key, from, to)).Requires(Rights.ReadUsage)
            .Describes<UsageReport>("getUsage", "Returns the usage of a tenant by day, key and model, and its total. A cluster administrator reads that of all tenants if none is named.").Fails(StatusCodes.Status404NotFound);
        app.MapGet("/v1/organization/usage/completions", (HttpContext context, UsageEndpoints endpoint) => endpoint.ReadBucketsAsync(context)).Requires(Rights.ReadUsage)
            .Describes<UsagePage>("getOrganizationUsage", "Returns usage in OpenAI's format: a bucket for each day; a tenant is a project.").Queries(QueryParameter.OfUsage).Fails(StatusCodes.Status404NotFound);

        app.MapPost("/admin/watermark/detect", (HttpContext context, WatermarkEndpoints endpoint) => endpoint.DetectAsync(context)).Requires(Rights.ManageTenant)
            .Describes<WatermarkReport>("detectWatermark", "Looks for the watermark of a tenant in a text.", WatermarkRequest.Table).Fails(StatusCodes.Status404NotFound);

        RouteGroupBuilder sessions = app.MapGroup("/admin/sessions").Requires(Rights.ManageTenant);
        sessions.MapGet(string.Empty, (HttpContext context, SessionEndpoints endpoint, string? tenant, string? after, int? limit) => endpoint.ListAsync(context, tenant, after, limit))
            .Describes<SessionList>("listSessions", "Lists the conversations and responses of a tenant: conversations first, both in the order of their creation.").Fails(StatusCodes.Status404NotFound);
        sessions.MapGet("/{id}", (HttpContext context, SessionEndpoints endpoint, string id, string? tenant) => endpoint.GetAsync(context, id, tenant))
            .Describes<SessionReport>("getSession", "Returns a conversation or response without its contents.");
        sessions.MapGet("/{id}/export", (HttpContext context, SessionEndpoints endpoint, string id, string? tenant) => endpoint.ExportAsync(context, id, tenant))
            .Describes<System.Text.Json.Nodes.JsonObject>("exportSession", "Returns everything that is kept of a conversation or response.");
        sessions.MapDelete("/{id}", (HttpContext context, SessionEndpoints endpoint, string id, string? tenant) => endpoint.DeleteAsync(context, id, tenant))
            .Describes<SessionDeletion>("deleteSession", "Deletes a conversation or response with its items, and ends a response that is being generated.");

        RouteGroupBuilder keys = app.MapGroup("/admin/keys").Requires(Rights.ManageTenant);
        keys.MapPost(string.Empty, (HttpContext context, KeyEndpoints endpoint) => endpoint.CreateAsync(context))
            .Describes<CreatedKey>("createKey", "Creates a key. Its text is only in this answer.", KeyRequest.Creation, StatusCodes.Status201Created).Fails(StatusCodes.Status404NotFound);
        keys.MapGet(string.Empty, (HttpContext context, KeyEndpoints endpoint, string? tenant, string? after, int? limit) => endpoint.ListAsync(context, tenant, after, limit))
            .Describes<KeyList>("listKeys", "Lists the keys of a tenant in the order of their creation.").Fails(StatusCodes.Status404NotFound);
        keys.MapGet("/{id}", (HttpContext context, KeyEndpoints endpoint, string id) => endpoint.GetAsync(context, id))
            .Describes<KeyReport>("getKey", "Returns a key without its text.");
        keys.MapPatch("/{id}", (HttpContext context, KeyEndpoints endpoint, string id) => endpoint.UpdateAsync(context, id))
            .Describes<KeyReport>("updateKey", "Replaces the label or the limits of a key.", KeyRequest.Update);
        keys.MapPost("/{id}/rotate", (HttpContext context, KeyEndpoints endpoint, string id) => endpoint.RotateAsync(context, id))
            .Describes<CreatedKey>("rotateKey", "Creates a successor with the same rights and limits. The key itself expires after the overlap.", KeyRequest.Rotation, StatusCodes.Status201Created)
            .Fails(StatusCodes.Status409Conflict);
        keys.MapDelete("/{id}", (HttpContext context, KeyEndpoints endpoint, string id) => endpoint.RevokeAsync(context, id))
            .Describes<KeyReport>("revokeKey", "Revokes a key on all nodes within a second, and ends the requests that use it.");
    }
}
