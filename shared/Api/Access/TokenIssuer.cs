using OrleansInference.Tenancy.Keys;
using OrleansInference.Tenancy.Tenants;

namespace OrleansInference.Api.Access;

/// <summary>An OpenID Connect issuer whose bearer tokens are accepted, and the meaning of their claims.</summary>
public sealed record TokenIssuer
{
    /// <summary>Address of the issuer, below which its configuration lies at <c>/.well-known/openid-configuration</c>.</summary>
    public string Authority { get; set; } = string.Empty;

    /// <summary>Audience that tokens must have.</summary>
    public string Audience { get; set; } = string.Empty;

    /// <summary>Value of the claim <c>iss</c> by which the issuer is recognized, if it is not the <see cref="Authority"/>.</summary>
    public string? Issuer { get; set; }

    /// <summary>Claim with the tenant's name. A dot leads into an object, such as <c>organization.name</c>.</summary>
    public string TenantClaim { get; set; } = "tenant";

    /// <summary>Tenant of tokens without that claim; null refuses them.</summary>
    public string? Tenant { get; set; }

    /// <summary>Claim with the role or roles, such as <c>realm_access.roles</c>.</summary>
    public string RoleClaim { get; set; } = "roles";

    /// <summary>Role of each value of that claim. Without entries the values are the names of roles. Other values are ignored; of several roles the highest counts.</summary>
    public IDictionary<string, string> Roles { get; set; } = new Dictionary<string, string>();

    /// <summary>Role of tokens without a known role; null refuses them.</summary>
    public string? Role { get; set; }

    /// <returns>The value of the claim <c>iss</c>, without a final slash.</returns>
    internal string Name => (Issuer ?? Authority).TrimEnd('/');

    /// <returns>The invalid setting and the expected value, without a period; null if all are valid.</returns>
    internal static string? FindFault(IList<TokenIssuer> issuers)
    {
        for (int index = 0; index < issuers.Count; index++)
        {
            TokenIssuer issuer = issuers[index];
            string path = $"{ApiOptions.Section}:{nameof(ApiOptions.Issuers)}:{index}";
            if (!Uri.TryCreate(issuer.Authority, UriKind.Absolute, out Uri? address) || (address.Scheme != Uri.UriSchemeHttps && !(address.Scheme == Uri.UriSchemeHttp && address.IsLoopback)))
                return $"{path}:{nameof(Authority)} is '{issuer.Authority}', but must be an https address, or an http address of this machine";
            if (string.IsNullOrWhiteSpace(issuer.Audience))
                return $"{path}:{nameof(Audience)} is empty, but must be the audience of the tokens";
            if (string.IsNullOrWhiteSpace(issuer.TenantClaim) || string.IsNullOrWhiteSpace(issuer.RoleClaim))
                return $"{path} has an empty {nameof(TenantClaim)} or {nameof(RoleClaim)}, but both must be names of claims";
            if (issuer.Tenant is { } tenant && !Tenancy.Tenants.Tenant.IsName(tenant))
                return $"{path}:{nameof(Tenant)} is '{tenant}', but must be 1 to {Tenancy.Tenants.Tenant.MaxNameLength} letters, digits, '-', '_' or '.'";
            foreach (string role in issuer.Roles.Values.Concat(issuer.Role is { } one ? [one] : []))
            {
                if (Tenancy.Keys.Roles.Find(role) is null)
                    return $"{path} has the role '{role}', but roles are {string.Join(", ", Tenancy.Keys.Roles.Names)}";
            }

            if (issuers.Take(index).Any(earlier => earlier.Name == issuer.Name))
                return $"{path} has the issuer of an earlier entry";
        }

        return null;
    }

    /// <returns>The highest of the roles that values of the claim name; null if there is none.</returns>
    internal Role? RoleOf(IEnumerable<string> values)
    {
        Role? highest = Role is null ? null : Tenancy.Keys.Roles.Find(Role);
        foreach (string value in values)
        {
            string? name = Roles.Count == 0 ? value : Roles.TryGetValue(value, out string? mapped) ? mapped : null;
            if (name is not null && Tenancy.Keys.Roles.Find(name) is { } role && (highest is null || role > highest))
            {
                highest = role;
            }
        }

        return highest;
    }
}
