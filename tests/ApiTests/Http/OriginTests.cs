using System.Net;
using System.Text;
using System.Text.Json;
using OrleansInference.Api;
using OrleansInference.Api.Access;
using OrleansInference.ApiTests.Scripted;

namespace OrleansInference.ApiTests.Http;

/// <summary>What pages of others send through a browser, and what comes under a foreign name, is refused.</summary>
public sealed class OriginTests
{
    private const string Ask = """{"prompt":"a"}""";

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")] // another port of this machine
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "http://localhost:1")]
    [InlineData("Origin", "null")]
    [InlineData("Host", "evil.example")] // whose name was pointed here
    [InlineData("Host", "localhost.evil.example")]
    public async Task A_page_of_somebody_else_changes_nothing(string header, string value)
    {
        ScriptedService service = new();
        await using ApiFixture api = await ApiFixture.StartAsync(service);

        using HttpResponseMessage answer = await SendAsync(api, HttpMethod.Post, "/tokenize", header, value);

        JsonElement error = await Wire.ErrorAsync(answer, HttpStatusCode.Forbidden);
        Assert.Equal("forbidden", error.GetProperty("code").GetString());
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "same-origin")]
    [InlineData("Sec-Fetch-Site", "none")]
    [InlineData("Host", "localhost")]
    [InlineData("Host", "LOCALHOST.:8000")]
    [InlineData("Host", "[::1]:8000")]
    [InlineData("Host", "192.168.1.7:8000")]
    [InlineData("Host", "chat.example")]
    [InlineData("Origin", "https://chat.example")]
    public async Task Its_own_page_and_programs_are_served(string header, string value)
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService(), server: new ServerOptions { Port = 0, Hosts = ["chat.example"] });

        using HttpResponseMessage answer = await SendAsync(api, HttpMethod.Post, "/tokenize", header, value);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task The_page_that_the_server_sent_is_served()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService());

        using HttpResponseMessage answer = await SendAsync(api, HttpMethod.Post, "/tokenize", "Origin", api.Address.GetLeftPart(UriPartial.Authority));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [InlineData("/v1/models")]
    [InlineData("/metrics")]
    [InlineData("/")]
    public async Task A_server_on_loopback_reads_nothing_out_under_a_foreign_name(string path)
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService());

        using HttpResponseMessage answer = await SendAsync(api, HttpMethod.Get, path, "Host", "evil.example");

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Theory]
    [InlineData(false, HttpStatusCode.OK)] // a program that knows the server by a name of its network
    [InlineData(true, HttpStatusCode.Forbidden)] // a page under that name
    public async Task A_server_that_others_reach_takes_unknown_names_from_programs_alone(bool browser, HttpStatusCode expected)
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService(), server: new ServerOptions { Address = IPAddress.Any, Port = 0, RequireKeys = KeyRule.Off });
        using HttpRequestMessage request = Request(api, HttpMethod.Post, "/tokenize", "Host", "inference.example");
        if (browser)
        {
            request.Headers.Add("Origin", "http://inference.example");
        }

        using HttpResponseMessage answer = await api.Http.SendAsync(request);

        Assert.Equal(expected, answer.StatusCode);
    }

    [Theory]
    [InlineData("127.0.0.0/8", HttpStatusCode.OK)]
    [InlineData("10.0.0.0/8", HttpStatusCode.Forbidden)]
    public async Task Forwarded_headers_are_believed_of_configured_proxies_alone(string proxies, HttpStatusCode expected)
    {
        ServerOptions server = new() { Port = 0, Proxies = [IPNetwork.Parse(proxies)] };
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService(), server: server);
        using HttpRequestMessage request = Request(api, HttpMethod.Post, "/tokenize", "Origin", "https://192.0.2.1");
        request.Headers.Add("X-Forwarded-For", "192.0.2.9");
        request.Headers.Add("X-Forwarded-Proto", "https");
        request.Headers.Add("X-Forwarded-Host", "192.0.2.1");

        using HttpResponseMessage answer = await api.Http.SendAsync(request);

        Assert.Equal(expected, answer.StatusCode);
    }

    private static async Task<HttpResponseMessage> SendAsync(ApiFixture api, HttpMethod method, string path, string header, string value)
    {
        using HttpRequestMessage request = Request(api, method, path, header, value);
        return await api.Http.SendAsync(request);
    }

    private static HttpRequestMessage Request(ApiFixture api, HttpMethod method, string path, string header, string value)
    {
        HttpRequestMessage request = new(method, new Uri(api.Address, path)) { Content = method == HttpMethod.Post ? new StringContent(Ask, Encoding.UTF8, "application/json") : null };
        request.Headers.TryAddWithoutValidation(header, value);
        return request;
    }
}
