using System.Net;
using System.Text.Json;
using OrleansInference.ApiTests.Http;
using OrleansInference.ApiTests.Scripted;

namespace OrleansInference.ApiTests.Access;

/// <summary>Tokens of OpenID Connect issuers, which run in the test.</summary>
#pragma warning disable CA1001 // The service has nothing to dispose.
public sealed class TokenTests : IAsyncLifetime
{
    private readonly ScriptedService _service = new();
    private OpenIdIssuer _issuer = null!;
    private ApiFixture _api = null!;
    private string _admin = null!;

    public async Task InitializeAsync()
    {
        _issuer = await OpenIdIssuer.StartAsync();
        _api = await ApiFixture.StartAsync(_service, settings: new()
        {
            ["Api:Issuers:0:Authority"] = _issuer.Authority,
            ["Api:Issuers:0:Audience"] = "inference",
            ["Api:Issuers:0:TenantClaim"] = "organization",
            ["Api:Issuers:0:RoleClaim"] = "realm_access.roles",
            ["Api:Issuers:0:Roles:llm-users"] = "user",
            ["Api:Issuers:0:Roles:llm-admins"] = "tenant-admin",
        });
        await _api.CreateTenantAsync("team", limits: """{"max_priority":7}""");
        (_, _admin) = await _api.CreateKeyAsync("default", role: "cluster-admin");
    }

    public async Task DisposeAsync()
    {
        await _api.DisposeAsync();
        await _issuer.DisposeAsync();
    }

    [Fact]
    public async Task The_claims_of_a_token_are_its_tenant_and_role()
    {
        Assert.Equal(HttpStatusCode.Unauthorized, (await AskAsync(null)).Status); // an issuer closes the server, too
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(_issuer.Token("team", "llm-users"))).Status);
        Assert.Equal("team", _service.LastRequest.Tenant);
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(_issuer.Token("team", "llm-users"), "x-api-key")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await _api.SendAsync(HttpMethod.Get, "/admin/keys", _issuer.Token("team", "llm-users"))).Status);
        Assert.Equal(HttpStatusCode.OK, (await _api.SendAsync(HttpMethod.Get, "/admin/keys", _issuer.Token("team", "other", "llm-users", "llm-admins"))).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await _api.SendAsync(HttpMethod.Post, Wire.Chat, _issuer.Token("team", "llm-users"), Wire.Ask("\"priority\":8"))).Status);
    }

    [Fact]
    public async Task Signing_keys_may_change_while_the_server_runs()
    {
        string before = _issuer.Token("team", "llm-users");
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(before)).Status);
        _issuer.Rotate();
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(_issuer.Token("team", "llm-users"))).Status);
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(before)).Status); // the issuer still publishes the old key
    }

    [Fact]
    public async Task Other_tokens_are_refused_with_the_reason()
    {
        await RefusedAsync(_issuer.Token("nobody", "llm-users"), "The token was refused: its tenant does not exist or is disabled.");
        await RefusedAsync(_issuer.Token("team", "guests"), "The token was refused: its claim 'realm_access.roles' names no role.");
        await RefusedAsync(_issuer.Token(null, "llm-users"), "The token was refused: it has no claim 'organization'.");
        await RefusedAsync(_issuer.Token("team", "llm-users", audience: "another"), "The token was refused: IDX10214");
        await RefusedAsync(_issuer.Token("team", "llm-users", lifetime: TimeSpan.FromMinutes(-5)), "The token was refused: IDX10223");
        string forged = _issuer.Token("team", "llm-users");
        await RefusedAsync(forged[..^8] + "AAAAAAAA", "The token was refused: IDX10511");
        string[] parts = forged.Split('.');
        string none = $"{Base64("""{"alg":"none","typ":"JWT"}""")}.{parts[1]}.";
        await RefusedAsync(none, "The token was refused: IDX1050");
        await RefusedAsync("eyJ.eyJ.x", "The API key is missing or wrong");

        await using OpenIdIssuer stranger = await OpenIdIssuer.StartAsync();
        await RefusedAsync(stranger.Token("team", "llm-users"), "The API key is missing or wrong");
    }

    [Fact]
    public async Task A_disabled_tenant_ends_the_requests_of_its_tokens()
    {
        _service.Hold = new TaskCompletionSource();
        Task<(HttpStatusCode Status, JsonElement Body)> answer = AskAsync(_issuer.Token("team", "llm-users"));
        await _service.Asked.Task;
        Assert.Equal(HttpStatusCode.OK, (await _api.SendAsync(HttpMethod.Patch, "/admin/tenants/team", _admin, """{"disabled":true}""")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await answer).Status);
    }

    [Fact]
    public async Task While_the_issuer_is_away_tokens_are_refused_for_now()
    {
        string token = _issuer.Token("team", "llm-users");
        await _issuer.DisposeAsync();
        (HttpStatusCode status, JsonElement body) = await AskAsync(token);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "The token cannot be checked, because its issuer does not answer. Repeat the request."), (status, body.Message()));
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(_admin)).Status);
    }

    private Task<(HttpStatusCode Status, JsonElement Body)> AskAsync(string? token, string header = "Authorization") => _api.SendAsync(HttpMethod.Post, Wire.Chat, token, Wire.Ask(), header);

    private async Task RefusedAsync(string token, string reason)
    {
        (HttpStatusCode status, JsonElement body) = await AskAsync(token);
        Assert.Equal(HttpStatusCode.Unauthorized, status);
        Assert.StartsWith(reason, body.Message(), StringComparison.Ordinal);
    }

    private static string Base64(string text) => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
