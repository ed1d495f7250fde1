using Microsoft.Extensions.Options;
using OrleansInference.Api.Access;
using OrleansInference.Api.Audit;
using OrleansInference.Api.Requests;
using OrleansInference.Models;
using OrleansInference.Tenancy.Access;
using OrleansInference.Tenancy.Keys;
using OrleansInference.Tenancy.Storage;
using OrleansInference.Tenancy.Tenants;

namespace OrleansInference.Api.Administration;

/// <summary><c>/admin/keys</c></summary>
internal sealed class KeyEndpoints(ITenancyStore store, AccessDirectory directory, IOptions<ApiOptions> options, TimeProvider time)
{
    public async Task CreateAsync(HttpContext context)
    {
        KeyRequest request = await AdminRequest.ReadAsync(context, options.Value, KeyRequest.Creation, new KeyRequest());
        Caller caller = Caller.Of(context);
        string tenant = request.Tenant ?? caller.Tenant;
        if (!caller.Has(Rights.ManageTenant, tenant))
        {
            throw AdminRequest.NoTenant(tenant);
        }

        Rights rights = Roles.RightsOf(request.Role);
        RequireScopes(request, rights);

        // Programs on this machine that administer without a key may create all, as they have no rights of their own to compare with.
        if (!caller.IsKeyless && !caller.Has(rights & (request.Scopes ?? rights)))
        {
            throw new InferenceException(ErrorCode.Forbidden, $"A key with the role '{Roles.NameOf(caller.Role)}' and its scopes cannot create one with more rights.", "role");
        }

        await CreateDefaultTenantAsync(tenant, context.RequestAborted);
        DateTimeOffset now = time.GetUtcNow();
        (AccessKey key, string text) = New(tenant, request.Role, now);
        AccessKey stored = await store.CreateAsync(
            key with { Scopes = request.Scopes ?? rights, Label = request.Label ?? string.Empty, Limits = request.Limits ?? Limits.None, ExpiresAt = now + request.ExpiresIn }, context.RequestAborted)
            ?? throw AdminRequest.NoTenant(tenant);
        RequestAudit.Of(context)?.Target = stored.Id;
        await directory.RefreshAsync(context.RequestAborted);
        await AdminRequest.AnswerAsync(context, CreatedKey.Of(stored, text), ApiJson.Default.CreatedKey, StatusCodes.Status201Created);
    }

    public async Task ListAsync(HttpContext context, string? tenant, string? after, int? limit)
    {
        string name = await AdminRequest.ManagedTenantAsync(context, store, tenant);
        int count = AdminRequest.PageSize(limit);
        IReadOnlyList<AccessKey> keys = await store.ListKeysAsync(name, after ?? string.Empty, count + 1, context.RequestAborted);
        await AdminRequest.AnswerAsync(context, new KeyList("list", [.. keys.Take(count).Select(KeyReport.Of)], keys.Count > count), ApiJson.Default.KeyList);
    }

    public async Task GetAsync(HttpContext context, string id) => await AnswerAsync(context, await FindAsync(context, id));

    public async Task UpdateAsync(HttpContext context, string id)
    {
        KeyRequest request = await AdminRequest.ReadAsync(context, options.Value, KeyRequest.Update, new KeyRequest());
        await AnswerAsync(context, await ChangeAsync(context, id, key => key with { Label = request.Label ?? key.Label, Limits = request.Limits ?? key.Limits }));
    }

    public async Task RevokeAsync(HttpContext context, string id) =>
        await AnswerAsync(context, await ChangeAsync(context, id, key => key.RevokedAt is null ? key with { RevokedAt = time.GetUtcNow() } : key));

    public async Task RotateAsync(HttpContext context, string id)
    {
        KeyRequest request = await AdminRequest.ReadAsync(context, options.Value, KeyRequest.Rotation, new KeyRequest());
        AccessKey old = await FindAsync(context, id);
        DateTimeOffset now = time.GetUtcNow();
        RequireNotRotated(old, now);
        (AccessKey key, string text) = New(old.Tenant, old.Role, now);

        // The successor expires as the key would have. If this process ends before the key names it, nobody has its text.
        AccessKey successor = await store.CreateAsync(key with { Scopes = old.Scopes, Label = old.Label, Limits = old.Limits, ExpiresAt = old.ExpiresAt }, context.RequestAborted)
            ?? throw NoKey(id);
        DateTimeOffset end = now + request.Overlap;
        try
        {
            await ChangeAsync(context, id, found =>
            {
                RequireNotRotated(found, now);
                return found with { Successor = successor.Id, ExpiresAt = found.ExpiresAt < end ? found.ExpiresAt : end };
            });
        }
        catch (InferenceException)
        {
            await store.UpdateAsync(successor with { RevokedAt = now }, context.RequestAborted);
            throw;
        }

        await AdminRequest.AnswerAsync(context, CreatedKey.Of(successor, text), ApiJson.Default.CreatedKey, StatusCodes.Status201Created);
    }

    private static void RequireScopes(KeyRequest request, Rights rights)
    {
        if (request.Scopes is { } scopes && (scopes & ~rights) != Rights.None)
        {
            throw new InferenceException(
                ErrorCode.InvalidRequest, $"'scopes' contains '{string.Join("', '", Roles.NamesOf(scopes & ~rights))}', which the role '{Roles.NameOf(request.Role)}' does not have.", "scopes");
        }
    }

    private static void RequireNotRotated(AccessKey key, DateTimeOffset now)
    {
        if (key.Successor is not null || !key.IsValid(now))
        {
            throw new InferenceException(ErrorCode.Conflict, $"The key '{key.Id}' {(key.Successor is { } successor ? $"was replaced by '{successor}' already" : "is not valid any more")}.", "id");
        }
    }

    /// <summary>The default tenant is stored when its first key is created.</summary>
    private async Task CreateDefaultTenantAsync(string tenant, CancellationToken cancellation)
    {
        if (tenant == Tenant.Default)
        {
            await store.CreateAsync(new Tenant(tenant, time.GetUtcNow(), Limits.None), cancellation);
        }
    }

    private async Task<AccessKey> FindAsync(HttpContext context, string id) =>
        KeySecret.IsId(id) && await store.FindKeyAsync(id, context.RequestAborted) is { } key && Caller.Of(context).Has(Rights.ManageTenant, key.Tenant) ? key : throw NoKey(id);

    private async Task<AccessKey> ChangeAsync(HttpContext context, string id, Func<AccessKey, AccessKey> change)
    {
        while (true)
        {
            AccessKey key = await FindAsync(context, id);
            AccessKey changed = change(key);
            if (changed == key)
            {
                return key;
            }

            // Another change came first if nothing was updated: this one is applied to that.
            if (await store.UpdateAsync(changed, context.RequestAborted) is { } updated)
            {
                await directory.RefreshAsync(context.RequestAborted);
                return updated;
            }
        }
    }

    private static (AccessKey Key, string Text) New(string tenant, Role role, DateTimeOffset now)
    {
        (string id, string text) = KeySecret.Create();
        return (new AccessKey(id, tenant, role, KeySecret.Hash(text), now), text);
    }

    /// <summary>Error for a key that does not exist, or that the caller may not know.</summary>
    private static InferenceException NoKey(string id) => new(ErrorCode.NotFound, $"The key '{JsonText.Shorten(id)}' does not exist.", "id");

    private static Task AnswerAsync(HttpContext context, AccessKey key) => AdminRequest.AnswerAsync(context, KeyReport.Of(key), ApiJson.Default.KeyReport);
}
