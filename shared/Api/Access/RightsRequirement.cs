using Microsoft.AspNetCore.Authorization;
using OrleansInference.Tenancy.Keys;

namespace OrleansInference.Api.Access;

/// <summary>Requires rights of the sender of a request.</summary>
internal sealed class RightsRequirement(Rights rights) : AuthorizationHandler<RightsRequirement>, IAuthorizationRequirement
{
    public Rights Rights => rights;

    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, RightsRequirement requirement)
    {
        if (context.User.Identity is CallerIdentity identity && identity.Caller.Has(requirement.Rights))
        {
            context.Succeed(requirement);
        }

        return Task.CompletedTask;
    }
}
