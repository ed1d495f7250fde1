using System.Net;
using OrleansInference.Api;
using OrleansInference.ApiTests.Scripted;
using OrleansInference.ApiTests.Tls;

namespace OrleansInference.ApiTests.Http;

public sealed class SecurityHeaderTests
{
    private const string Transport = "Strict-Transport-Security";

    [Theory]
    [InlineData("/", HttpStatusCode.OK)]
    [InlineData("/scripts/main.js", HttpStatusCode.OK)]
    [InlineData("/v1/models", HttpStatusCode.OK)]
    [InlineData("/health", HttpStatusCode.OK)]
    [InlineData("/metrics", HttpStatusCode.OK)]
    [InlineData("/v1/nothing", HttpStatusCode.NotFound)]
    [InlineData("/v1/completions", HttpStatusCode.MethodNotAllowed)]
    [InlineData("/admin/cluster", HttpStatusCode.NotFound)]
    public async Task EveryAnswerHasThem(string path, HttpStatusCode expected)
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService());

        using HttpResponseMessage answer = await api.Http.GetAsync(new Uri(path, UriKind.Relative));

        Assert.Equal(expected, answer.StatusCode);
        Assert.Equal("nosniff", Header(answer, "X-Content-Type-Options"));
        Assert.Equal("DENY", Header(answer, "X-Frame-Options"));
        Assert.Equal("no-referrer", Header(answer, "Referrer-Policy"));
        string policy = Header(answer, "Content-Security-Policy");
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        bool page = path is "/" or "/scripts/main.js";
        Assert.Equal((page, !page), (answer.Headers.CacheControl!.NoCache, answer.Headers.CacheControl.NoStore));
        Assert.Equal("", Header(answer, Transport));
    }

    [Fact]
    public async Task AStreamAndARefusalAreNotStored()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService());

        using HttpResponseMessage stream = await api.SendAsync(Wire.Chat, Wire.Ask("\"stream\":true"));
        using HttpResponseMessage refused = await api.SendAsync(Wire.Chat, "{");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.BadRequest), (stream.StatusCode, refused.StatusCode));
        Assert.All(new[] { stream, refused }, static answer => Assert.True(answer.Headers.CacheControl!.NoStore));
        Assert.All(new[] { stream, refused }, static answer => Assert.Equal("nosniff", Header(answer, "X-Content-Type-Options")));
    }

    [Theory]
    [InlineData("chat.example.com", true)]
    [InlineData("localhost", false)]
    [InlineData("127.0.0.1", false)]
    public async Task BrowsersKeepToTlsForNamesThatAreNotOfLoopback(string host, bool expected)
    {
        using TestAuthority authority = new();
        authority.Issue();
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService(), server: new ServerOptions { Port = 0, Hosts = ["chat.example.com"], Tls = authority.Options() });
        using HttpClient client = authority.Client();
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri(api.Address, "/alive"));
        request.Headers.Host = host;

        using HttpResponseMessage answer = await client.SendAsync(request);

        Assert.Equal(expected ? "max-age=31536000" : "", Header(answer, Transport));
    }

    private static string Header(HttpResponseMessage answer, string name) => answer.Headers.TryGetValues(name, out IEnumerable<string>? values) ? string.Join(", ", values) : "";
}
