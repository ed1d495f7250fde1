using System.Net;
using System.Text;
using OrleansInference.Api;
using OrleansInference.Api.Access;
using OrleansInference.ApiTests.Scripted;
using OrleansInference.Models;

namespace OrleansInference.ApiTests.Http;

/// <summary>Pages of configured origins may use the API, and nothing else.</summary>
public sealed class CorsTests
{
    private const string Page = "https://chat.example.com";
    private const string AllowOrigin = "Access-Control-Allow-Origin";

    [Fact]
    public async Task APreflightIsAnsweredForTheMethodsAndHeadersOfTheApi()
    {
        await using ApiFixture api = await StartAsync([Page, "http://localhost:3000"]);
        const string Requested = "authorization,x-api-key,api-key,content-type,last-event-id,x-request-id,x-stainless-lang,X-Stainless-Of-Tomorrow";

        using HttpResponseMessage answer = await PreflightAsync(api, Wire.Chat, Page, Requested);

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal(Page, Header(answer, AllowOrigin));
        Assert.Contains("POST", Header(answer, "Access-Control-Allow-Methods"), StringComparison.Ordinal);
        Assert.Empty(Requested.Split(',').Except(Header(answer, "Access-Control-Allow-Headers").Split(',', StringSplitOptions.TrimEntries), StringComparer.OrdinalIgnoreCase));
        Assert.Equal("", Header(answer, "Access-Control-Allow-Credentials"));
    }

    [Theory]
    [InlineData("https://chat.example.com.evil.example")]
    [InlineData("http://chat.example.com")]
    [InlineData("https://chat.example.com:8443")]
    [InlineData("null")]
    public async Task AnotherOriginIsNotAllowed(string origin)
    {
        await using ApiFixture api = await StartAsync([Page]);

        using HttpResponseMessage preflight = await PreflightAsync(api, Wire.Chat, origin, "authorization");
        using HttpResponseMessage answer = await AskAsync(api, "/tokenize", origin);

        Assert.Equal("", Header(preflight, AllowOrigin));
        Assert.Equal((HttpStatusCode.Forbidden, ""), (answer.StatusCode, Header(answer, AllowOrigin)));
    }

    [Fact]
    public async Task NoOriginIsAllowedUnlessConfigured()
    {
        await using ApiFixture api = await StartAsync([]);

        using HttpResponseMessage preflight = await PreflightAsync(api, Wire.Chat, Page, "authorization");

        Assert.Equal((HttpStatusCode.MethodNotAllowed, ""), (preflight.StatusCode, Header(preflight, AllowOrigin)));
    }

    [Fact]
    public async Task AnAllowedPageIsServedAndMayReadTheHeaders()
    {
        await using ApiFixture api = await StartAsync([Page, "http://localhost:3000"]);

        using HttpResponseMessage answer = await AskAsync(api, "/tokenize", Page);

        Assert.Equal((HttpStatusCode.OK, Page), (answer.StatusCode, Header(answer, AllowOrigin)));
        string exposed = Header(answer, "Access-Control-Expose-Headers");
        Assert.All(new[] { "x-request-id", "retry-after", "x-ratelimit-remaining-tokens" }, name => Assert.Contains(name, exposed, StringComparison.Ordinal));
        Assert.Contains("Origin", answer.Headers.Vary);
    }

    [Fact]
    public async Task AnAllowedPageMayReadErrors()
    {
        await using ApiFixture api = await StartAsync([Page], options => options.ApiKeys = [new() { Key = "one" }]);

        using HttpResponseMessage unauthorized = await AskAsync(api, "/tokenize", Page);
        using HttpResponseMessage unknown = await AskAsync(api, "/v1/nothing", Page);

        Assert.Equal((HttpStatusCode.Unauthorized, Page), (unauthorized.StatusCode, Header(unauthorized, AllowOrigin)));
        Assert.Equal((HttpStatusCode.NotFound, Page), (unknown.StatusCode, Header(unknown, AllowOrigin)));
    }

    [Theory]
    [InlineData("/admin/cluster")]
    [InlineData("/Admin/cluster/nodes/a/drain")]
    public async Task AnAllowedPageNeverAdministers(string path)
    {
        await using ApiFixture api = await StartAsync(["*"]);

        using HttpResponseMessage preflight = await PreflightAsync(api, path, Page, "authorization");
        using HttpResponseMessage answer = await AskAsync(api, path, Page);

        Assert.Equal("", Header(preflight, AllowOrigin));
        Assert.Equal((HttpStatusCode.Forbidden, ""), (answer.StatusCode, Header(answer, AllowOrigin)));
    }

    [Fact]
    public async Task EveryOriginCanBeAllowed()
    {
        await using ApiFixture api = await StartAsync(["*"]);

        using HttpResponseMessage answer = await AskAsync(api, "/tokenize", "https://any.example");

        Assert.Equal((HttpStatusCode.OK, "*"), (answer.StatusCode, Header(answer, AllowOrigin)));
    }

    [Fact]
    public async Task CredentialsAreAllowedWhereConfigured()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(
            new ScriptedService(), server: new ServerOptions { Port = 0, Origins = new() { CorsOrigins = [Page], CorsCredentials = true } });

        using HttpResponseMessage answer = await AskAsync(api, "/tokenize", Page);

        Assert.Equal((Page, "true"), (Header(answer, AllowOrigin), Header(answer, "Access-Control-Allow-Credentials")));
    }

    [Theory]
    [InlineData("https://chat.example.com")]
    [InlineData("http://localhost:3000")]
    [InlineData("http://[::1]:3000")]
    [InlineData("app://interface")]
    [InlineData("chrome-extension://abcdefghijklmnop")]
    [InlineData("*")]
    public void AnOriginIsAccepted(string origin) => new AllowedOrigins { CorsOrigins = [origin] }.Validate();

    [Theory]
    [InlineData("chat.example.com", "such as https://chat.example.com")]
    [InlineData("https://chat.example.com/", "expected https://chat.example.com.")]
    [InlineData("https://chat.example.com:443", "expected https://chat.example.com.")]
    [InlineData("https://Chat.example.com", "expected https://chat.example.com.")]
    [InlineData("https://bücher.example", "expected https://xn--bcher-kva.example.")]
    [InlineData("https://chat.example.com/page", "without a path")]
    [InlineData("https://user@chat.example.com", "without a path")]
    [InlineData("https://*.example.com", "such as")]
    [InlineData("null", "such as")]
    [InlineData("file:///tmp", "such as")]
    public void AMalformedOriginIsNamed(string origin, string expected)
    {
        InferenceException refused = Assert.Throws<InferenceException>(new AllowedOrigins { CorsOrigins = [Page, origin] }.Validate);
        Assert.Equal((ErrorCode.InvalidOption, "CorsOrigins"), (refused.Code, refused.Parameter));
        Assert.Contains($"CorsOrigins has '{origin}'", refused.Message, StringComparison.Ordinal);
        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EveryOriginStandsAloneAndWithoutCredentials()
    {
        Assert.Throws<InferenceException>(new AllowedOrigins { CorsOrigins = ["*", Page] }.Validate);
        Assert.Throws<InferenceException>(new AllowedOrigins { CorsOrigins = ["*"], CorsCredentials = true }.Validate);
    }

    private static Task<ApiFixture> StartAsync(string[] origins, Action<ApiOptions>? options = null) =>
        ApiFixture.StartAsync(new ScriptedService(), options, server: new ServerOptions { Port = 0, Origins = new() { CorsOrigins = origins } });

    private static async Task<HttpResponseMessage> PreflightAsync(ApiFixture api, string path, string origin, string headers)
    {
        using HttpRequestMessage request = new(HttpMethod.Options, new Uri(api.Address, path));
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Sec-Fetch-Site", "cross-site");
        request.Headers.Add("Access-Control-Request-Method", "POST");
        request.Headers.Add("Access-Control-Request-Headers", headers);
        return await api.Http.SendAsync(request);
    }

    private static async Task<HttpResponseMessage> AskAsync(ApiFixture api, string path, string origin)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(api.Address, path)) { Content = new StringContent("""{"prompt":"a"}""", Encoding.UTF8, "application/json") };
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Sec-Fetch-Site", "cross-site");
        return await api.Http.SendAsync(request);
    }

    private static string Header(HttpResponseMessage answer, string name) => answer.Headers.TryGetValues(name, out IEnumerable<string>? values) ? string.Join(", ", values) : "";
}
