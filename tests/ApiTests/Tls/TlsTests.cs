using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;
using OrleansInference.Api;
using OrleansInference.Api.Tls;
using OrleansInference.ApiTests.Http;
using OrleansInference.ApiTests.Scripted;

namespace OrleansInference.ApiTests.Tls;

/// <summary>The server speaks TLS, and takes over a certificate that changes.</summary>
public sealed class TlsTests : IDisposable
{
    // A ClientHello of TLS 1.1 with two cipher suites, which no client library sends any more.
    private static readonly byte[] OldHello = [0x16, 3, 1, 0, 47, 1, 0, 0, 43, 3, 2, .. new byte[32], 0, 0, 4, 0, 0x2f, 0xc0, 0x13, 1, 0];

    private readonly TestAuthority _authority = new();
    private readonly NotedLog _log = new();
    private readonly ManualTime _time = new(DateTimeOffset.UtcNow);

    public void Dispose() => _authority.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task EachVersionOfHttpIsServed(int major)
    {
        _authority.Issue();
        await using ApiFixture api = await StartAsync();
        using HttpClient client = _authority.Client();
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri(api.Address, "/v1/models")) { Version = new Version(major, major == 1 ? 1 : 0), VersionPolicy = HttpVersionPolicy.RequestVersionExact };

        using HttpResponseMessage response = await client.SendAsync(request);

        Assert.Equal(("https", HttpStatusCode.OK, major), (api.Address.Scheme, response.StatusCode, response.Version.Major));
    }

    [Fact]
    public async Task AnOldVersionOfTlsIsRefused()
    {
        _authority.Issue();
        await using ApiFixture api = await StartAsync();
        using TcpClient client = new();
        await client.ConnectAsync(IPAddress.Loopback, api.Address.Port);
        await client.GetStream().WriteAsync(OldHello);
        byte[] answer = new byte[7];

        await client.GetStream().ReadExactlyAsync(answer);

        Assert.Equal((21, 70), (answer[0], answer[6])); // an alert: protocol_version
        Assert.Equal(0, await client.GetStream().ReadAsync(answer));
        await _log.UntilAsync("it offers earlier versions only; expected TLS 1.2 or 1.3", 1);
    }

    [Fact]
    public async Task AKeyWithAPasswordIsRead()
    {
        _authority.Issue(encrypted: true);
        await using ApiFixture api = await StartAsync(_authority.Options() with { HttpKeyPasswordFile = _authority.PasswordFile });
        using HttpClient client = _authority.Client();
        Assert.NotEmpty(await client.GetStringAsync(new Uri(api.Address, "/alive")));
    }

    [Fact]
    public async Task ACertificateIsReplacedWhileAStreamRuns()
    {
        string first = _authority.Issue();
        ScriptedService service = new() { Answer = static (_, _) => "tea", Hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously) };
        await using ApiFixture api = await StartAsync(service: service);
        using HttpClient client = _authority.Client();
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(api.Address, Wire.Chat)) { Content = new StringContent(Wire.Ask("\"stream\":true"), Encoding.UTF8, "application/json") };
        using HttpResponseMessage stream = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(first, await SerialAsync(api));

        string second = _authority.Issue();
        Assert.Equal(first, await SerialAsync(api));
        _time.Advance(ServerCertificate.Interval);

        Assert.Equal(second, await SerialAsync(api));
        Assert.Contains("orleans_inference_http_certificate_expiry_timestamp_seconds{model_name=\"scripted\"} ", await client.GetStringAsync(new Uri(api.Address, "/metrics")), StringComparison.Ordinal);
        service.Hold.SetResult();
        Assert.EndsWith("data: [DONE]\n\n", await stream.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains(_log.From(LogLevel.Information), line => line.Text.Contains($"was reloaded: serial number {second}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task APairThatDoesNotFitIsLoggedOnceAndTheOldOneStays()
    {
        string first = _authority.Issue();
        await using ApiFixture api = await StartAsync();
        _authority.WriteOtherKey();

        _time.Advance(ServerCertificate.Interval);
        Assert.Empty(_log.From(LogLevel.Warning)); // the certificate may be the next file that is written
        _time.Advance(ServerCertificate.Interval);
        _time.Advance(ServerCertificate.Interval);

        string line = Assert.Single(_log.From(LogLevel.Warning)).Text;
        Assert.Contains($"was not reloaded: HttpKey is '{_authority.Key}', which is not the key of the first certificate", line, StringComparison.Ordinal);
        Assert.Equal(first, await SerialAsync(api));

        string second = _authority.Issue();
        _time.Advance(ServerCertificate.Interval);
        Assert.Equal(second, await SerialAsync(api));
    }

    [Fact]
    public async Task ACertificateThatHasExpiredIsNotTakenOver()
    {
        string first = _authority.Issue();
        await using ApiFixture api = await StartAsync();
        _authority.Issue(TimeSpan.FromHours(1)); // from a day ago

        _time.Advance(ServerCertificate.Interval);
        _time.Advance(ServerCertificate.Interval);

        Assert.Contains("which expired on", Assert.Single(_log.From(LogLevel.Warning)).Text, StringComparison.Ordinal);
        Assert.Equal(first, await SerialAsync(api));
    }

    /// <summary>The certificate began a day ago.</summary>
    [Theory]
    [InlineData(24 * 90, null)]
    [InlineData(30, "expires on")] // 6 hours are left, less than a quarter
    [InlineData(1, "expired on")]
    public async Task TheEndOfACertificateIsAnnouncedOnceADay(int hours, string? words)
    {
        _authority.Issue(TimeSpan.FromHours(hours));
        await using ApiFixture api = await StartAsync();
        _time.Advance(ServerCertificate.Interval);

        string[] lines = [.. _log.From(LogLevel.Warning).Select(static line => line.Text)];

        Assert.Equal(words is null ? 0 : 1, lines.Length);
        Assert.All(lines, line => Assert.Contains(words!, line, StringComparison.Ordinal));
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(2 * lines.Length, _log.From(LogLevel.Warning).Length);
    }

    private Task<ApiFixture> StartAsync(ServerTlsOptions? options = null, ScriptedService? service = null) =>
        ApiFixture.StartAsync(service ?? new ScriptedService(), time: _time, server: new ServerOptions { Port = 0, Tls = options ?? _authority.Options() }, log: _log);

    /// <summary>Connects anew.</summary>
    private async Task<string> SerialAsync(ApiFixture api)
    {
        string serial = string.Empty;
        using HttpClient client = _authority.Client(seen: certificate => serial = certificate.SerialNumber);
        Assert.NotEmpty(await client.GetStringAsync(new Uri(api.Address, "/alive")));
        return serial;
    }
}
