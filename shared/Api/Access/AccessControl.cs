using Microsoft.Extensions.Options;
using OrleansInference.Tenancy.Access;
using OrleansInference.Tenancy.Keys;
using OrleansInference.Tenancy.Storage;
using OrleansInference.Tenancy.Tenants;

namespace OrleansInference.Api.Access;

/// <summary>Decides who the sender of a request is.</summary>
internal sealed class AccessControl(ConfiguredKeys configured, AccessDirectory stored, ServerOptions server, TenantWatermarks watermarks, IOptions<ApiOptions> options)
{
    private readonly bool _required = server.AlwaysRequiresKeys || options.Value.Issuers.Count > 0;

    /// <summary>Whether requests need a key. Once they do, they always do: a revoked key counts too.</summary>
    public bool RequiresKeys => _required || configured.Any || stored.HasKeys;

    /// <summary>Whether administrators need a key. Until one has a key, programs on this machine may administer without.</summary>
    public bool HasAdministrators => configured.HasAdministrator || stored.HasAdministrators;

    /// <summary>Finds the sender of a request by its key.</summary>
    /// <param name="key">The key; null if the request has none.</param>
    /// <param name="context">The request. It holds the grant of a stored key until it ends.</param>
    /// <returns>The sender; null if a key is required and this is none.</returns>
    /// <exception cref="TenancyStoreException">The store of keys does not answer.</exception>
    public async ValueTask<Caller?> FindAsync(string? key, HttpContext context)
    {
        if (key is not null && (configured.Find(key) ?? await FindStoredAsync(key, context)) is { } known)
        {
            return known;
        }

        await stored.BeginAsync(context.RequestAborted);
        bool administers = !HasAdministrators && LocalCaller.IsLocal(context);
        Rights rights = administers ? Rights.ManageCluster | Rights.ManageTenant | Rights.ReadUsage : Rights.None;
        if (!RequiresKeys)
        {
            rights |= Rights.Generate | Rights.ReadStatus;
        }

        return rights == Rights.None
            ? null
            : new Caller(Tenant.Default, Caller.Anonymous, administers ? Role.ClusterAdmin : Role.User, rights) { MaxPriority = ApiKey.HighestPriority };
    }

    /// <summary>Returns the sender of a request whose token was checked.</summary>
    /// <param name="tenant">Tenant of the token.</param>
    /// <param name="role">Role of the token.</param>
    /// <param name="user">Subject of the token.</param>
    /// <param name="context">The request. It holds the grant of the tenant until it ends.</param>
    /// <returns>The sender; null if the tenant does not exist or is disabled.</returns>
    /// <exception cref="TenancyStoreException">The store of tenants does not answer.</exception>
    public async ValueTask<Caller?> FindAsync(string tenant, Role role, string user, HttpContext context)
    {
        AccessGrant? grant = await stored.FindTenantAsync(tenant, context.RequestAborted);
        if (grant is null)
        {
            return null;
        }

        context.Response.RegisterForDispose(grant);
        return new Caller(tenant, Caller.Token, role, Roles.RightsOf(role))
        {
            User = user,
            MaxPriority = grant.Tenant.Limits.MaxPriority ?? 0,
            Record = grant.Tenant,
            Watermark = WatermarkOf(grant.Tenant),
            Ended = grant.Ended,
        };
    }

    private async ValueTask<Caller?> FindStoredAsync(string key, HttpContext context)
    {
        AccessGrant? grant = await stored.FindAsync(key, context.RequestAborted);
        if (grant?.Key is not { } found)
        {
            return null;
        }

        context.Response.RegisterForDispose(grant);
        (Limits own, Limits all) = (found.Limits, grant.Tenant.Limits);
        return new Caller(found.Tenant, found.Id, found.Role, found.Rights)
        {
            MaxPriority = Math.Min(own.MaxPriority ?? all.MaxPriority ?? 0, all.MaxPriority ?? int.MaxValue),
            Record = grant.Tenant,
            KeyLimits = own,
            Watermark = WatermarkOf(grant.Tenant),
            Ended = grant.Ended,
        };
    }

    private ulong? WatermarkOf(Tenant tenant) => tenant.Watermarks ? watermarks.KeyOf(tenant.Name) : null;
}
