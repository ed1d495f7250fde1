using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using OrleansInference.Models;
using OrleansInference.Tenancy.Keys;

namespace OrleansInference.Api.Access;

/// <summary>Answers requests that may not be served, in OpenAI's format.</summary>
internal sealed class AccessFailures(AccessControl access, TokenIssuers issuers) : IAuthorizationMiddlewareResultHandler
{
    public async Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        if (authorizeResult.Succeeded)
        {
            await next(context);
            return;
        }

        Rights required = policy.Requirements.OfType<RightsRequirement>().Aggregate(Rights.None, static (rights, requirement) => rights | requirement.Rights);
        if (context.User.Identity is CallerIdentity { Caller: { IsKeyless: false } caller })
        {
            throw new InferenceException(ErrorCode.Forbidden, $"This request needs the right '{string.Join("', '", Roles.NamesOf(required & ~caller.Rights))}', which a key with the role '{Roles.NameOf(caller.Role)}' and its scopes does not have.");
        }

        string? credential = Credentials.Read(context.Request);
        if (issuers.SchemeOf(credential) is not null)
        {
            // The handler returns the result that it has for this request.
            string reason = (await context.AuthenticateAsync(CallerAuthentication.SchemeName)).Failure?.Message ?? "it is not valid";
            throw new InferenceException(ErrorCode.Unauthorized, $"The token was refused: {reason.ReplaceLineEndings(" ").TrimEnd('.')}.");
        }

        throw new InferenceException(ErrorCode.Unauthorized, required.HasFlag(Rights.ManageCluster) && !access.HasAdministrators && credential is null
            ? "Without a key, only programs on this machine may administer the cluster, under a loopback address and not through a proxy; set AdminKey or create a key of a cluster administrator to allow others."
            : $"The API key is missing or wrong; {Credentials.Expected}.");
    }
}
