using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace OrleansInference.ApiTests.Access;

/// <summary>An OpenID Connect issuer: it publishes its configuration and its keys, and signs tokens.</summary>
internal sealed class OpenIdIssuer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly List<RSA> _keys = []; // the last one signs
    private bool _disposed;

    private OpenIdIssuer(WebApplication app) => _app = app;

    public string Authority => _app.Urls.Single();

    public static async Task<OpenIdIssuer> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        WebApplication app = builder.Build();
        OpenIdIssuer issuer = new(app);
        issuer.Rotate();
        app.MapGet("/.well-known/openid-configuration", () => Results.Json(new { issuer = issuer.Authority, jwks_uri = $"{issuer.Authority}/keys", id_token_signing_alg_values_supported = (string[])["RS256"] }));
        app.MapGet("/keys", () => Results.Json(new { keys = issuer.PublicKeys() }));
        await app.StartAsync();
        return issuer;
    }

    /// <summary>Signs with a new key from here on. The former ones remain published.</summary>
    public void Rotate()
    {
        lock (_keys)
        {
            _keys.Add(RSA.Create(2048));
        }
    }

    public string Token(string? tenant, params string[] roles) => Token(tenant, roles, "inference", TimeSpan.FromMinutes(5));

    public string Token(string? tenant, string role, string audience) => Token(tenant, [role], audience, TimeSpan.FromMinutes(5));

    public string Token(string? tenant, string role, TimeSpan lifetime) => Token(tenant, [role], "inference", lifetime);

    public async ValueTask DisposeAsync()
    {
        if (!_disposed)
        {
            _disposed = true;
            await _app.DisposeAsync();
            _keys.ForEach(static key => key.Dispose());
        }
    }

    private string Token(string? tenant, string[] roles, string audience, TimeSpan lifetime)
    {
        lock (_keys)
        {
            SecurityTokenDescriptor token = new()
            {
                Issuer = Authority,
                Audience = audience,
                IssuedAt = DateTime.UtcNow.AddHours(-1),
                NotBefore = DateTime.UtcNow.AddHours(-1),
                Expires = DateTime.UtcNow + lifetime,
                Claims = new Dictionary<string, object> { ["sub"] = "somebody", ["realm_access"] = new Dictionary<string, object> { ["roles"] = roles } },
                SigningCredentials = new SigningCredentials(new RsaSecurityKey(_keys[^1]) { KeyId = $"{_keys.Count}", CryptoProviderFactory = new() { CacheSignatureProviders = false } }, SecurityAlgorithms.RsaSha256),
            };
            if (tenant is not null)
            {
                token.Claims["organization"] = tenant;
            }

            return new JsonWebTokenHandler().CreateToken(token);
        }
    }

    private object[] PublicKeys()
    {
        lock (_keys)
        {
            return [.. _keys.Select(static (key, index) =>
            {
                RSAParameters numbers = key.ExportParameters(includePrivateParameters: false);
                return new { kty = "RSA", use = "sig", alg = "RS256", kid = $"{index + 1}", n = Base64UrlEncoder.Encode(numbers.Modulus), e = Base64UrlEncoder.Encode(numbers.Exponent) };
            })];
        }
    }
}
