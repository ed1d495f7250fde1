using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using OrleansInference.Tenancy.Keys;

namespace OrleansInference.Api.Access;

/// <summary>The configured OpenID Connect issuers. Each is a scheme of ASP.NET's authentication, whose handler checks the tokens with the issuer's current keys.</summary>
internal sealed class TokenIssuers : IConfigureNamedOptions<JwtBearerOptions>
{
    private const string Prefix = "issuer ";

    // Without it, the first token that is signed with a new key is refused, because the keys are read in the background.
    private const string ReadKeysBeforeRefusal = "Switch.Microsoft.IdentityModel.UpdateConfigAsBlocking";

    // An unknown signing key makes the handler ask the issuer again, but not more often, so that forged tokens do not become requests to the issuer.
    private static readonly TimeSpan KeyRefreshInterval = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, TokenIssuer> _issuers;
    private readonly AccessControl _access;
    private readonly JsonWebTokenHandler _tokens = new();

    static TokenIssuers() => AppContext.SetSwitch(ReadKeysBeforeRefusal, true);

    public TokenIssuers(IOptions<ApiOptions> options, IAuthenticationSchemeProvider schemes, AccessControl access)
    {
        _access = access;
        _issuers = options.Value.Issuers.ToDictionary(static issuer => Prefix + issuer.Name);
        foreach (string scheme in _issuers.Keys)
        {
            schemes.AddScheme(new AuthenticationScheme(scheme, scheme, typeof(JwtBearerHandler)));
        }
    }

    /// <returns>Scheme of the issuer of a credential; null if it is not a token, or nobody's.</returns>
    public string? SchemeOf(string? credential)
    {
        if (_issuers.Count == 0 || credential is null || !_tokens.CanReadToken(credential))
        {
            return null;
        }

        try
        {
            string scheme = Prefix + _tokens.ReadJsonWebToken(credential).Issuer.TrimEnd('/');
            return _issuers.ContainsKey(scheme) ? scheme : null;
        }
        catch (ArgumentException)
        {
            return null; // three parts, but not those of a token
        }
    }

    public void Configure(string? name, JwtBearerOptions options)
    {
        if (name is null || !_issuers.TryGetValue(name, out TokenIssuer? issuer))
        {
            return;
        }

        options.Authority = issuer.Authority;
        options.Audience = issuer.Audience;
        options.RequireHttpsMetadata = false; // checked with the options, which permit http on this machine
        options.MapInboundClaims = false;
        options.RefreshInterval = KeyRefreshInterval;
        options.TokenValidationParameters = new TokenValidationParameters { ClockSkew = TimeSpan.FromSeconds(30), RequireExpirationTime = true, RequireSignedTokens = true };
        if (issuer.Issuer is not null)
        {
            options.TokenValidationParameters.ValidIssuer = issuer.Issuer;
        }

        options.Events = new JwtBearerEvents
        {
            OnMessageReceived = static context =>
            {
                context.Token = Credentials.Read(context.Request); // also from x-api-key and api-key
                return Task.CompletedTask;
            },
            OnTokenValidated = context => AcceptAsync(context, issuer),
        };
    }

    public void Configure(JwtBearerOptions options) => Configure(null, options);

    /// <summary>Derives the sender of a request from the claims of a checked token.</summary>
    private async Task AcceptAsync(TokenValidatedContext context, TokenIssuer issuer)
    {
        ClaimsPrincipal token = context.Principal!;
        string? tenant = ValuesOf(token, issuer.TenantClaim).FirstOrDefault() ?? issuer.Tenant;
        if (tenant is null)
        {
            context.Fail($"it has no claim '{issuer.TenantClaim}'");
            return;
        }

        if (issuer.RoleOf(ValuesOf(token, issuer.RoleClaim)) is not { } role)
        {
            context.Fail($"its claim '{issuer.RoleClaim}' names no role");
            return;
        }

        string user = token.FindFirstValue("sub") ?? token.FindFirstValue("client_id") ?? string.Empty;
        if (await _access.FindAsync(tenant, role, user, context.HttpContext) is not { } caller)
        {
            context.Fail("its tenant does not exist or is disabled");
            return;
        }

        context.Principal = new ClaimsPrincipal(new CallerIdentity(caller, context.Scheme.Name));
    }

    /// <returns>Values of a claim. After a dot, those of a member of a claim that is a JSON object.</returns>
    private static IEnumerable<string> ValuesOf(ClaimsPrincipal token, string path)
    {
        string[] whole = [.. token.FindAll(path).Select(static claim => claim.Value)];
        if (whole.Length > 0 || path.Split('.', 2) is not [string name, string member])
        {
            return whole;
        }

        return token.FindAll(name).SelectMany(claim => Members(claim.Value, member.Split('.')));
    }

    private static List<string> Members(string json, string[] path)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            JsonElement found = document.RootElement;
            foreach (string member in path)
            {
                if (found.ValueKind != JsonValueKind.Object || !found.TryGetProperty(member, out found))
                {
                    return [];
                }
            }

            return found.ValueKind switch
            {
                JsonValueKind.String => [found.GetString()!],
                JsonValueKind.Array => [.. found.EnumerateArray().Where(static item => item.ValueKind == JsonValueKind.String).Select(static item => item.GetString()!)],
                _ => [],
            };
        }
        catch (JsonException)
        {
            return []; // a claim that is not an object has no members
        }
    }
}
