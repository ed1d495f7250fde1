using System.Net;
using System.Text;
using System.Text.Json;
using OrleansInference.ClusterTests.Stopping;
using OrleansInference.Models;
using OrleansInference.Silo.Hosting;
using OrleansInference.Silo.Settings;

namespace OrleansInference.ClusterTests.Doors;

/// <summary>Who may drain nodes: programs on this machine, and nobody who comes through a browser or a proxy on it.</summary>
public sealed class AdminAccessTests
{
    private const string Drain = "/admin/cluster/nodes/nobody/drain";

    [Fact]
    public async Task Only_programs_on_this_machine_administer_without_a_key()
    {
        NodeOptions options = new() { Http = new() { Port = 0 }, Compute = new() { Threads = 1 } };
        await using SiloNode node = await SiloNode.StartAsync(options.Resolve());
        Assert.Equal(HttpStatusCode.NotFound, await SendAsync(node, HttpMethod.Post, Drain)); // there is no such node
        Assert.Equal(HttpStatusCode.OK, await SendAsync(node, HttpMethod.Get, "/admin/cluster"));
        Assert.Equal(HttpStatusCode.OK, await SendAsync(node, HttpMethod.Get, "/admin/cluster", "Host", "localhost"));
        foreach ((string header, string value) in new[]
        {
            ("Origin", "https://evil.example"), ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Site", "same-site"), ("Host", "evil.example"),
        })
        {
            Assert.Equal(HttpStatusCode.Forbidden, await SendAsync(node, HttpMethod.Post, Drain, header, value));
            Assert.Equal(HttpStatusCode.Forbidden, await SendAsync(node, HttpMethod.Get, "/admin/cluster", header, value));
        }

        foreach ((string header, string value) in new[]
        {
            ("X-Forwarded-For", "127.0.0.1"), ("X-Forwarded-For", "192.0.2.1"), ("Forwarded", "for=127.0.0.1"), ("X-Real-IP", "192.0.2.1"), ("Via", "1.1 proxy"), ("Host", "192.0.2.1"),
        })
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await SendAsync(node, HttpMethod.Post, Drain, header, value));
        }
    }

    [Fact]
    public async Task A_node_that_is_not_there_cannot_be_drained()
    {
        NodeOptions options = new() { Http = new() { Port = 0 }, Compute = new() { Threads = 1 } };
        await using SiloNode node = await SiloNode.StartAsync(options.Resolve());
        using HttpClient http = new();
        using HttpResponseMessage answer = await http.PostAsync(new Uri(node.Url + Drain), null);
        JsonElement error = JsonElement.Parse(await answer.Content.ReadAsStringAsync()).GetProperty("error");
        Assert.Equal((HttpStatusCode.NotFound, "not_found", "The cluster has no node 'nobody'."), (answer.StatusCode, error.GetProperty("code").GetString(), error.GetProperty("message").GetString()));
    }

    [Fact]
    public async Task Behind_a_configured_proxy_the_client_decides()
    {
        NodeOptions options = new() { Http = new() { Port = 0, Proxies = [IPNetwork.Parse("127.0.0.1/32")] }, Compute = new() { Threads = 1 } };
        await using SiloNode node = await SiloNode.StartAsync(options.Resolve());
        Assert.Equal(HttpStatusCode.Unauthorized, await SendAsync(node, HttpMethod.Post, Drain, "X-Forwarded-For", "192.0.2.1"));
        Assert.Equal(HttpStatusCode.NotFound, await SendAsync(node, HttpMethod.Post, Drain, "X-Forwarded-For", "127.0.0.1"));
        Assert.Equal(HttpStatusCode.Unauthorized, await SendAsync(node, HttpMethod.Post, Drain, "Forwarded", "for=127.0.0.1"));
    }

    [Fact]
    public void Proxies_that_are_no_addresses_are_named()
    {
        InferenceException refused = Assert.Throws<InferenceException>(static () => NodeOptions.Read("--proxies", "127.0.0.1, proxy.example"));
        Assert.Equal((ErrorCode.InvalidOption, nameof(HttpOptions.Proxies)), (refused.Code, refused.Parameter));
        Assert.Contains("proxy.example", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("*", "off", 1)]
    [InlineData("*", "auto", 0)]
    [InlineData("localhost", "off", 0)]
    public async Task A_node_that_others_reach_without_a_key_says_once_what_they_may_do(string host, string rule, int lines)
    {
        using NodeProgram node = new("--port", "0", "--threads", "1", "--host", host, "--require-keys", rule);
        await node.ServesAsync();
        Assert.Equal(lines, node.Said("there is no API key"));
        if (lines > 0)
        {
            await node.SaysAsync("administration is open to programs on this machine alone");
        }
    }

    [Fact]
    public async Task A_node_that_every_page_may_use_without_a_key_says_so()
    {
        using NodeProgram node = new("--port", "0", "--threads", "1", "--cors-origins", "*");
        await node.ServesAsync();
        await node.SaysAsync("CorsOrigins is * and there is no API key");
    }

    private static async Task<HttpStatusCode> SendAsync(SiloNode node, HttpMethod method, string path, string? header = null, string? value = null)
    {
        using HttpClient http = new();
        using HttpRequestMessage request = new(method, new Uri(node.Url + path)) { Content = method == HttpMethod.Post ? new StringContent("", Encoding.UTF8, "application/json") : null };
        if (header is not null)
        {
            request.Headers.TryAddWithoutValidation(header, value);
        }

        using HttpResponseMessage answer = await http.SendAsync(request);
        return answer.StatusCode;
    }
}
