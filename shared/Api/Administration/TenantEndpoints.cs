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

/// <summary><c>/admin/tenants</c></summary>
internal sealed class TenantEndpoints(ITenancyStore store, AccessDirectory directory, IOptions<ApiOptions> options, TimeProvider time)
{
    public async Task CreateAsync(HttpContext context)
    {
        TenantRequest request = await AdminRequest.ReadAsync(context, options.Value, TenantRequest.Creation, new TenantRequest());
        RequestAudit.Of(context)?.Target = request.Name;
        DateTimeOffset now = time.GetUtcNow();
        Tenant tenant = await store.CreateAsync(
            new Tenant(request.Name, now, request.Limits ?? Limits.None) { DisabledAt = request.Disabled == true ? now : null, AuditsContents = request.AuditContents ?? false, Watermarks = request.Watermark ?? false }, context.RequestAborted)
            ?? throw new InferenceException(ErrorCode.Conflict, $"The tenant '{request.Name}' exists already.", "name");
        await AnswerAsync(context, tenant, StatusCodes.Status201Created);
    }

    public async Task ListAsync(HttpContext context, string? after, int? limit)
    {
        int count = AdminRequest.PageSize(limit);
        IReadOnlyList<Tenant> tenants = await store.ListTenantsAsync(after ?? string.Empty, count + 1, context.RequestAborted);
        await AdminRequest.AnswerAsync(context, new TenantList("list", [.. tenants.Take(count).Select(TenantReport.Of)], tenants.Count > count), ApiJson.Default.TenantList);
    }

    public async Task GetAsync(HttpContext context, string name)
    {
        Tenant? tenant = Caller.Of(context).Has(Rights.ReadUsage, name) ? await store.FindTenantAsync(name, context.RequestAborted) : null;
        await AnswerAsync(context, tenant ?? throw AdminRequest.NoTenant(name));
    }

    public async Task UpdateAsync(HttpContext context, string name)
    {
        TenantRequest request = await AdminRequest.ReadAsync(context, options.Value, TenantRequest.Update, new TenantRequest());
        while (true)
        {
            Tenant tenant = await store.FindTenantAsync(name, context.RequestAborted) ?? throw AdminRequest.NoTenant(name);
            Tenant changed = tenant with
            {
                Limits = request.Limits ?? tenant.Limits,
                AuditsContents = request.AuditContents ?? tenant.AuditsContents,
                Watermarks = request.Watermark ?? tenant.Watermarks,
                DisabledAt = request.Disabled switch { null => tenant.DisabledAt, true => tenant.DisabledAt ?? time.GetUtcNow(), false => null },
            };

            // Another change came first if nothing was updated: this one is applied to that.
            if (await store.UpdateAsync(changed, context.RequestAborted) is { } updated)
            {
                await directory.RefreshAsync(context.RequestAborted);
                await AnswerAsync(context, updated);
                return;
            }
        }
    }

    private static Task AnswerAsync(HttpContext context, Tenant tenant, int status = StatusCodes.Status200OK) =>
        AdminRequest.AnswerAsync(context, TenantReport.Of(tenant), ApiJson.Default.TenantReport, status);
}
