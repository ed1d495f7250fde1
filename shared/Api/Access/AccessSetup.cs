using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using OrleansInference.Api.Errors;
using OrleansInference.Tenancy.Access;
using OrleansInference.Tenancy.Keys;
using OrleansInference.Tenancy.Quotas;
using OrleansInference.Tenancy.Storage;

namespace OrleansInference.Api.Access;

/// <summary>Adds authentication and authorization to a host.</summary>
public static class AccessSetup
{
    /// <summary>Registers the services. The host may register its <see cref="ITenancyStore"/>; otherwise tenants and keys end with the process.</summary>
    internal static void AddAccess(this IServiceCollection services)
    {
        services.TryAddSingleton<ITenancyStore, MemoryTenancyStore>();
        services.TryAddSingleton<IUsageStore, MemoryUsageStore>();
        services.TryAddSingleton<IQuotaStore, NoQuotaStore>();
        services.AddSingleton<AccessDirectory>();
        services.AddHostedService<AccessRefresh>();
        services.AddSingleton<ConfiguredKeys>();
        services.AddSingleton<AccessControl>();
        services.AddSingleton<TokenIssuers>();

        // AddAuthentication would also add the protection of cookies, which keeps keys in a file.
        services.AddAuthenticationCore(static authentication => authentication.DefaultScheme = CallerAuthentication.SchemeName);
        services.AddWebEncoders();
        new AuthenticationBuilder(services).AddScheme<AuthenticationSchemeOptions, CallerAuthentication>(CallerAuthentication.SchemeName, null);
        services.AddTransient<JwtBearerHandler>();
        services.AddSingleton<IConfigureOptions<JwtBearerOptions>>(static provider => provider.GetRequiredService<TokenIssuers>());
        services.AddSingleton<IPostConfigureOptions<JwtBearerOptions>, JwtBearerPostConfigureOptions>();
        services.AddAuthorization();
        services.AddSingleton<IAuthorizationMiddlewareResultHandler, AccessFailures>();
    }

    /// <summary>Requires rights of the senders of requests to an endpoint, and documents the errors of those who lack them.</summary>
    public static TBuilder Requires<TBuilder>(this TBuilder endpoint, Rights rights)
        where TBuilder : IEndpointConventionBuilder => endpoint
        .RequireAuthorization(new AuthorizationPolicyBuilder(CallerAuthentication.SchemeName).AddRequirements(new RightsRequirement(rights)).Build())
        .WithMetadata(Refusal(StatusCodes.Status401Unauthorized), Refusal(StatusCodes.Status403Forbidden));

    private static ProducesResponseTypeMetadata Refusal(int status) => new(status, typeof(ErrorDocument), ["application/json"]);
}
