using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using OrleansInference.Cluster.Programs;
using OrleansInference.ClusterTests.Nodes;
using OrleansInference.ClusterTests.Stopping;

namespace OrleansInference.ClusterTests.Doors;

/// <summary>A node serves HTTPS, and takes over a new certificate while it serves.</summary>
public sealed class HttpsTests : IDisposable
{
    private const string Ask = """{"model":"demo","prompt":"What is 123 + 456?","max_tokens":200,"ignore_eos":true,"seed":7,"stream":true}""";
    private const string Page = "https://chat.example.com";

    // A ClientHello of TLS 1.1 with two cipher suites.
    private static readonly byte[] OldHello = [0x16, 3, 1, 0, 47, 1, 0, 0, 43, 3, 2, .. new byte[32], 0, 0, 4, 0, 0x2f, 0xc0, 0x13, 1, 0];

    private readonly Certificates _ours = new();
    private readonly Certificates _theirs = new();

    public void Dispose()
    {
        _ours.Dispose();
        _theirs.Dispose();
    }

    [Fact]
    public async Task A_new_certificate_is_taken_over_while_streams_run_on_one_connection()
    {
        string first = _ours.IssueHttp();
        using NodeProgram node = new([.. _ours.HttpSettings, "--port", "0", "--threads", "1"]);
        string url = await node.ServesAsync();
        Assert.StartsWith("https://127.0.0.1:", url, StringComparison.Ordinal);
        Assert.Contains(node.Steps, static step => step.StartsWith("Listening on https://127.0.0.1:", StringComparison.Ordinal));
        int handshakes = 0;
        using HttpClient client = _ours.Client(seen: _ => handshakes++);
        client.DefaultRequestVersion = HttpVersion.Version20;
        client.DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        string said = await StreamAsync(client, url);
        Assert.Equal(first, await SerialAsync(url));

        string second = _ours.IssueHttp();
        Task reloaded = node.SaysAsync($"was reloaded: serial number {second}");
        do
        {
            Assert.Equal(said, await StreamAsync(client, url));
        }
        while (!reloaded.IsCompleted);

        await reloaded;
        Assert.Equal(second, await SerialAsync(url));
        Assert.Equal(said, await StreamAsync(client, url));
        Assert.Equal(1, handshakes);
    }

    [Fact]
    public async Task Clients_need_a_certificate_of_their_authority_and_a_current_version()
    {
        _ours.IssueHttp();
        using NodeProgram node = new([.. _ours.HttpSettings, "--port", "0", "--threads", "1", "--http-client-certificates", "required", "--http-client-authority", _ours.Authority]);
        string url = await node.ServesAsync();
        using NodeProgram command = NodeProgram.Command("cluster", "status", "--url", url, "--ca", _ours.Authority);
        Assert.Contains("give one with --certificate FILE", Assert.Single((await command.EndsAsync()).Errors), StringComparison.Ordinal);
        using X509Certificate2 own = _ours.Sign(), stranger = _theirs.Sign();

        Assert.True(await IsServedAsync(url, own));
        Assert.False(await IsServedAsync(url, stranger));
        Assert.False(await IsServedAsync(url, null));

        await node.SaysAsync("A TLS handshake of the client 127.0.0.1 failed: it sent no certificate");
        Assert.Equal(1, node.Said("A TLS handshake"));
        Assert.Equal((21, 70), await AlertAsync(url)); // protocol_version
    }

    [Fact]
    public async Task The_command_line_says_why_it_does_not_trust_a_node_and_trusts_a_given_authority()
    {
        _ours.IssueHttp();
        using NodeProgram node = new([.. _ours.HttpSettings, "--port", "0", "--threads", "1"]);
        string url = await node.ServesAsync();

        using NodeProgram trusting = NodeProgram.Command("cluster", "status", "--url", url, "--ca", _ours.Authority);
        using NodeProgram chat = NodeProgram.Command("chat", "1 + 1?", "--url", url, "--ca", _ours.Authority);
        using NodeProgram distrusting = NodeProgram.Command("cluster", "status", "--url", url);
        using NodeProgram unencrypted = NodeProgram.Command("cluster", "status", "--url", url.Replace("https:", "http:", StringComparison.Ordinal));

        Assert.Equal(ExitCode.Success, (await trusting.EndsAsync()).Code);
        Assert.Equal(ExitCode.Success, (await chat.EndsAsync()).Code);
        (int code, string[] errors) = await distrusting.EndsAsync();
        Assert.Equal(ExitCode.Failure, code);
        string line = Assert.Single(errors);
        Assert.All(new[] { "The server's certificate is not accepted", "--ca FILE", "SSL_CERT_FILE" }, words => Assert.Contains(words, line, StringComparison.Ordinal));
        Assert.Contains("its address begins with https://", Assert.Single((await unencrypted.EndsAsync()).Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_of_a_configured_origin_may_use_the_API_and_not_administer()
    {
        using NodeProgram node = new("--port", "0", "--threads", "1", "--cors-origins", Page);
        string url = await node.ServesAsync();
        using HttpClient client = new();

        Assert.Equal((HttpStatusCode.NoContent, Page), await PreflightAsync(client, $"{url}/v1/chat/completions"));
        Assert.Null((await PreflightAsync(client, $"{url}/admin/cluster")).Origin);
        Assert.Equal(HttpStatusCode.OK, await PostAsync(client, $"{url}/tokenize"));
        Assert.Equal(HttpStatusCode.Forbidden, await PostAsync(client, $"{url}/admin/cluster/nodes/nobody/drain"));
    }

    private static async Task<string> StreamAsync(HttpClient client, string url)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(url + "/v1/completions"))
        {
            Version = client.DefaultRequestVersion,
            VersionPolicy = client.DefaultVersionPolicy,
            Content = new StringContent(Ask, Encoding.UTF8, "application/json"),
        };
        using HttpResponseMessage response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal((HttpStatusCode.OK, HttpVersion.Version20), (response.StatusCode, response.Version));
        string text = await response.Content.ReadAsStringAsync();
        Assert.EndsWith("data: [DONE]\n\n", text, StringComparison.Ordinal);
        return string.Concat(text.Split('\n').Where(static line => line.StartsWith("data: {", StringComparison.Ordinal)).Select(static line =>
            System.Text.Json.JsonElement.Parse(line["data: ".Length..]).GetProperty("choices")[0].GetProperty("text").GetString()));
    }

    /// <summary>Serial number of the certificate that a new connection gets.</summary>
    private async Task<string> SerialAsync(string url)
    {
        string serial = string.Empty;
        using HttpClient client = _ours.Client(seen: certificate => serial = certificate.SerialNumber);
        Assert.NotEmpty(await client.GetStringAsync(new Uri(url + "/alive")));
        return serial;
    }

    private async Task<bool> IsServedAsync(string url, X509Certificate2? certificate)
    {
        using HttpClient client = _ours.Client(certificate);
        try
        {
            return (await client.GetStringAsync(new Uri(url + "/alive"))).Length > 0;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>Kind of the first record that answers an old client, and the alert in it.</summary>
    private static async Task<(int Kind, int Alert)> AlertAsync(string url)
    {
        using TcpClient client = new();
        await client.ConnectAsync(IPAddress.Loopback, new Uri(url).Port);
        await client.GetStream().WriteAsync(OldHello);
        byte[] answer = new byte[7];
        await client.GetStream().ReadExactlyAsync(answer);
        return (answer[0], answer[6]);
    }

    private static async Task<(HttpStatusCode Status, string? Origin)> PreflightAsync(HttpClient client, string url)
    {
        using HttpRequestMessage request = new(HttpMethod.Options, new Uri(url));
        request.Headers.Add("Origin", Page);
        request.Headers.Add("Access-Control-Request-Method", "POST");
        request.Headers.Add("Access-Control-Request-Headers", "authorization, content-type, x-stainless-os");
        using HttpResponseMessage response = await client.SendAsync(request);
        return (response.StatusCode, response.Headers.TryGetValues("Access-Control-Allow-Origin", out IEnumerable<string>? origins) ? origins.Single() : null);
    }

    private static async Task<HttpStatusCode> PostAsync(HttpClient client, string url)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(url)) { Content = new StringContent("""{"prompt":"a"}""", Encoding.UTF8, "application/json") };
        request.Headers.Add("Origin", Page);
        request.Headers.Add("Sec-Fetch-Site", "cross-site");
        using HttpResponseMessage response = await client.SendAsync(request);
        return response.StatusCode;
    }
}
