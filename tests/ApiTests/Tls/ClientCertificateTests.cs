using System.Net;
using System.Net.Security;
using Microsoft.Extensions.Logging;
using OrleansInference.Api;
using OrleansInference.Api.Tls;
using OrleansInference.ApiTests.Http;
using OrleansInference.ApiTests.Scripted;

namespace OrleansInference.ApiTests.Tls;

/// <summary>Clients are let in by the certificates of one authority.</summary>
public sealed class ClientCertificateTests : IDisposable
{
    private const string Words = "A TLS handshake";
    private const string ServerUsage = "1.3.6.1.5.5.7.3.1";

    private readonly TestAuthority _ours = new();
    private readonly TestAuthority _theirs = new();
    private readonly NotedLog _log = new();
    private readonly ManualTime _time = new(DateTimeOffset.UtcNow);

    public void Dispose()
    {
        _ours.Dispose();
        _theirs.Dispose();
    }

    [Theory]
    [InlineData(ClientCertificates.Off, "none", true)]
    [InlineData(ClientCertificates.Off, "theirs", true)] // not asked for
    [InlineData(ClientCertificates.Optional, "none", true)]
    [InlineData(ClientCertificates.Optional, "ours", true)]
    [InlineData(ClientCertificates.Optional, "theirs", false)]
    [InlineData(ClientCertificates.Required, "ours", true)]
    [InlineData(ClientCertificates.Required, "none", false)]
    [InlineData(ClientCertificates.Required, "theirs", false)]
    [InlineData(ClientCertificates.Required, "expired", false)]
    [InlineData(ClientCertificates.Required, "of a server", false)]
    public async Task AClientIsLetInByItsCertificate(ClientCertificates mode, string which, bool expected)
    {
        _ours.Issue();
        await using ApiFixture api = await StartAsync(mode);
        SslStreamCertificateContext? certificate = which switch
        {
            "ours" => _ours.SignClient(),
            "theirs" => _theirs.SignClient(),
            "expired" => _ours.SignClient(TimeSpan.FromHours(1)),
            "of a server" => _ours.SignClient(usage: ServerUsage),
            _ => null,
        };

        Assert.Equal(expected, await IsServedAsync(api, certificate));

        if (!expected)
            await _log.UntilAsync(Words, 1);
        Assert.All(Failures(), static line => Assert.Null(line.Error));
    }

    [Fact]
    public async Task ARefusedClientIsLoggedOnceAMinuteWithTheReason()
    {
        _ours.Issue();
        await using ApiFixture api = await StartAsync(ClientCertificates.Required);
        SslStreamCertificateContext foreign = _theirs.SignClient();

        Assert.False(await IsServedAsync(api, foreign));
        Assert.False(await IsServedAsync(api, foreign));
        Assert.False(await IsServedAsync(api, null));
        await _log.UntilAsync(Words, 1);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.False(await IsServedAsync(api, null));
        await _log.UntilAsync(Words, 2);

        (LogLevel Level, string Text, Exception? Error)[] lines = Failures();
        Assert.Contains("client 127.0.0.1 failed: its certificate 'CN=client' is not accepted: ", lines[0].Text, StringComparison.Ordinal);
        Assert.Contains("failed: it sent no certificate", lines[1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnotherAuthorityIsTakenOver()
    {
        _ours.Issue();
        await using ApiFixture api = await StartAsync(ClientCertificates.Required);
        SslStreamCertificateContext foreign = _theirs.SignClient();
        Assert.False(await IsServedAsync(api, foreign));

        File.Copy(_theirs.Root, _ours.Root, overwrite: true);
        _time.Advance(ServerCertificate.Interval);

        Assert.True(await IsServedAsync(api, foreign));
    }

    private Task<ApiFixture> StartAsync(ClientCertificates mode) =>
        ApiFixture.StartAsync(new ScriptedService(), time: _time, server: new ServerOptions { Port = 0, Tls = _ours.Options(mode) }, log: _log);

    private async Task<bool> IsServedAsync(ApiFixture api, SslStreamCertificateContext? certificate)
    {
        using HttpClient client = _ours.Client(certificate);
        try
        {
            using HttpResponseMessage answer = await client.GetAsync(new Uri(api.Address, "/alive"));
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private (LogLevel Level, string Text, Exception? Error)[] Failures() => [.. _log.From(LogLevel.Information).Where(static line => line.Text.StartsWith(Words, StringComparison.Ordinal))];
}
