using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;
using OrleansInference.Models;

namespace OrleansInference.Api.Access;

/// <summary>ASP.NET's authentication by a key, or by a token of an OpenID Connect issuer.</summary>
internal sealed class CallerAuthentication(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, AccessControl access, TokenIssuers issuers, IOptionsMonitor<JwtBearerOptions> tokens)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "caller";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Context.GetEndpoint()?.Metadata.GetMetadata<AuthorizationPolicy>() is null)
        {
            return AuthenticateResult.NoResult(); // such as /health, which answers also while the store of keys does not
        }

        string? credential = Credentials.Read(Request);
        if (issuers.SchemeOf(credential) is { } issuer)
        {
            return await CheckAsync(issuer);
        }

        return await access.FindAsync(credential, Context) is { } caller
            ? AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new CallerIdentity(caller, SchemeName)), SchemeName))
            : AuthenticateResult.NoResult();
    }

    /// <exception cref="InferenceException"><see cref="ErrorCode.Unavailable"/>: the keys of the issuer cannot be read.</exception>
    private async Task<AuthenticateResult> CheckAsync(string issuer)
    {
        AuthenticateResult result = await Context.AuthenticateAsync(issuer);
        if (result.Failure is not null)
        {
            try
            {
                // The handler refuses tokens also while it has no keys to check them with.
                await tokens.Get(issuer).ConfigurationManager!.GetConfigurationAsync(Context.RequestAborted);
            }
            catch (InvalidOperationException error)
            {
                throw new InferenceException(ErrorCode.Unavailable, "The token cannot be checked, because its issuer does not answer. Repeat the request.", null, error);
            }
        }

        return result;
    }
}
