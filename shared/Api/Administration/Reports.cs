using OrleansInference.Tenancy.Keys;
using OrleansInference.Tenancy.Tenants;

namespace OrleansInference.Api.Administration;

/// <summary>A tenant, for administrators.</summary>
internal sealed record TenantReport(string Tenant, Limits Limits, bool AuditContents, bool Watermark, DateTimeOffset CreatedAt, DateTimeOffset? DisabledAt)
{
    public static TenantReport Of(Tenant tenant) => new(tenant.Name, tenant.Limits, tenant.AuditsContents, tenant.Watermarks, tenant.CreatedAt, tenant.DisabledAt);
}

/// <summary>Part of a list of tenants. If <paramref name="HasMore"/>, the next part comes after the last one.</summary>
internal sealed record TenantList(string Object, IReadOnlyList<TenantReport> Data, bool HasMore);

/// <summary>A key without its text, for administrators.</summary>
internal sealed record KeyReport(
    string Id, string Tenant, string Role, IReadOnlyList<string> Scopes, string Label, Limits Limits, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, DateTimeOffset? RevokedAt, string? Successor)
{
    public static KeyReport Of(AccessKey key) => new(
        key.Id, key.Tenant, Roles.NameOf(key.Role), [.. Roles.NamesOf(key.Rights)], key.Label, key.Limits, key.CreatedAt, key.ExpiresAt, key.RevokedAt, key.Successor);
}

/// <summary>A key that was created. <paramref name="Key"/> is its text, which is not stored.</summary>
internal sealed record CreatedKey(
    string Id, string Key, string Tenant, string Role, IReadOnlyList<string> Scopes, string Label, Limits Limits, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt)
{
    public static CreatedKey Of(AccessKey key, string text) => new(
        key.Id, text, key.Tenant, Roles.NameOf(key.Role), [.. Roles.NamesOf(key.Rights)], key.Label, key.Limits, key.CreatedAt, key.ExpiresAt);
}

/// <summary>Part of a list of keys. If <paramref name="HasMore"/>, the next part comes after the last one.</summary>
internal sealed record KeyList(string Object, IReadOnlyList<KeyReport> Data, bool HasMore);
