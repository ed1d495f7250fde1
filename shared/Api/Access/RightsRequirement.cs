using Microsoft.AspNetCore.Authorization;
using OrleansInference.Tenancy.Keys;

namespace OrleansInference.Api.Access;

/// <summary>Requires rights of the sender of a request.</summary>
internal sealed class RightsRequirement(Rights rights) : AuthorizationHandler<RightsRequirement>, IAuthorizationRequirement
{
    public Rights Rights => rights;

    /// <summary>Returns whether an endpoint serves more than the status of the server.</summary>
    public static bool AreMoreThanStatus(EndpointMetadataCollection endpoint) =>
        endpoint.GetMetadata<AuthorizationPolicy>() is { } policy && policy.Requirements.OfType<RightsRequirement>().Any(static requirement => requirement.Rights != Rights.ReadStatus);

    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, RightsRequirement requirement)
    {
        if (context.User.Identity is CallerIdentity identity && identity.Caller.Has(requirement.Rights))
        {
            context.Succeed(requirement);
        }

        return Task.CompletedTask;
    }
}
