using System.Security.Claims;
using OrleansInference.Tenancy.Keys;
using OrleansInference.Tenancy.Tenants;

namespace OrleansInference.Api.Access;

/// <summary>Sender of a request.</summary>
/// <param name="Tenant">Name of the sender's tenant.</param>
/// <param name="Key">Id of the key, or of what took its place.</param>
/// <param name="Role">Role of the sender.</param>
/// <param name="Rights">What the sender may do.</param>
public sealed record Caller(string Tenant, string Key, Role Role, Rights Rights)
{
    /// <summary>Id in place of a key's for a sender without one, where none is required.</summary>
    public const string Anonymous = "anonymous";

    /// <summary>Id of the administrator's key in the settings.</summary>
    public const string Administrator = "administrator";

    /// <summary>Id in place of a key's for the token of an OpenID Connect issuer.</summary>
    public const string Token = "token";

    /// <summary>Subject of the token; null for a key.</summary>
    public string? User { get; init; }

    /// <summary>The highest priority that the request may have.</summary>
    public int MaxPriority { get; init; }

    /// <summary>The tenant as it was when the request began; null for a sender whose tenant has no record.</summary>
    public Tenant? Record { get; init; }

    /// <summary>Limits for all keys of the tenant together.</summary>
    public Limits TenantLimits => Record?.Limits ?? Limits.None;

    /// <summary>Limits of the key.</summary>
    public Limits KeyLimits { get; init; } = Limits.None;

    /// <summary>Key of the watermark of the tenant's answers; null if they have none.</summary>
    public ulong? Watermark { get; init; }

    /// <summary>Cancelled when the key is revoked or expires, or the tenant is disabled, while the request runs.</summary>
    public CancellationToken Ended { get; init; }

    /// <summary>Whether the sender has proved nothing about itself.</summary>
    public bool IsKeyless => Key == Anonymous;

    /// <summary>Returns the sender of a request to an endpoint that requires a right.</summary>
    public static Caller Of(HttpContext context) => ((CallerIdentity)context.User.Identity!).Caller;

    public bool Has(Rights rights) => (Rights & rights) == rights;

    /// <summary>Returns whether the sender has a right over what belongs to a tenant.</summary>
    public bool Has(Rights rights, string tenant) => Has(Rights.ManageCluster) || (Has(rights) && Tenant == tenant);

    /// <summary>Returns whether the limits of the sender permit a model.</summary>
    public bool MayUse(string model) => (TenantLimits.Models?.Contains(model) ?? true) && (KeyLimits.Models?.Contains(model) ?? true);
}

/// <summary>Identity of a request's sender in ASP.NET.</summary>
internal sealed class CallerIdentity(Caller caller, string scheme) : ClaimsIdentity([new Claim(ClaimTypes.Name, caller.User ?? caller.Key)], scheme)
{
    public Caller Caller => caller;
}
