using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Npgsql;
using OrleansInference.Cli.Chaos;
using OrleansInference.Models;
using OrleansInference.Silo;
using OrleansInference.Silo.Hosting;
using OrleansInference.Silo.Storage;

namespace OrleansInference.Cluster.Nodes;

/// <summary>Nodes that speak TLS to each other let nobody in without a certificate of their authority.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly Certificates _ours = new();
    private readonly Certificates _theirs = new();

    public void Dispose()
    {
        _ours.Dispose();
        _theirs.Dispose();
    }

    [SkippableFact]
    public async Task A_cluster_serves_over_TLS_and_refuses_strangers()
    {
        await using TestCluster cluster = await Postgres.Require.ClusterAsync(2, 2, settings: _ours.Settings());
        ResumingStream[] streams = [.. cluster.Nodes.Select(static node => Streams.Start(node.Url.Result, 1))];
        string[] said = await Streams.SaidAsync(streams);
        Assert.Equal(said[0], said[1]);
        int port = await PortAsync(cluster);

        using X509Certificate2 own = _ours.Sign(), stranger = _theirs.Sign();
        Assert.True(await LetsInAsync(port, own));
        Assert.False(await LetsInAsync(port, stranger));
        Assert.False(await LetsInAsync(port, null));
        Assert.Equal(0, await AnswersPlainTextAsync(port));
    }

    [Fact]
    public void A_certificate_that_others_would_refuse_is_refused_at_the_start()
    {
        InferenceException refused = Assert.Throws<InferenceException>(() => NodeTls.Create(SiloConfiguration.Read(_ours.Settings(trusted: _theirs))));
        Assert.Equal((ErrorCode.InvalidOption, nameof(SiloOptions.TlsCertificate)), (refused.Code, refused.Parameter));
        Assert.Contains("node.pem", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, nameof(SiloOptions.TlsCertificate))]
    [InlineData(2, nameof(SiloOptions.TlsKey))]
    [InlineData(4, nameof(SiloOptions.TlsAuthority))]
    public void A_file_that_is_missing_is_named(int setting, string name)
    {
        string[] settings = _ours.Settings();
        string[] without = [.. settings[..setting], .. settings[(setting + 2)..]];
        InferenceException refused = Assert.Throws<InferenceException>(() => SiloConfiguration.Read(without));
        Assert.Equal((ErrorCode.InvalidOption, name), (refused.Code, refused.Parameter));
    }

    [Theory]
    [InlineData(1, nameof(SiloOptions.TlsCertificate))]
    [InlineData(3, nameof(SiloOptions.TlsCertificate))]
    [InlineData(5, nameof(SiloOptions.TlsAuthority))]
    public void A_file_that_is_not_PEM_is_named(int file, string name)
    {
        string[] settings = _ours.Settings();
        File.WriteAllText(settings[file], "not a certificate");
        InferenceException refused = Assert.Throws<InferenceException>(() => NodeTls.Create(SiloConfiguration.Read(settings)));
        Assert.Equal((ErrorCode.InvalidOption, name), (refused.Code, refused.Parameter));
    }

    private static async Task<int> PortAsync(TestCluster cluster)
    {
        PostgresOptions options = new() { ConnectionString = cluster.Postgres.ConnectionString, ClusterId = "test" };
        await using NpgsqlConnection connection = new(options.MembershipConnectionString);
        await connection.OpenAsync();
        await using NpgsqlCommand command = new("SELECT Port FROM OrleansMembershipTable LIMIT 1", connection);
        return (int)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Whether the silo goes on after the handshake: with TLS 1.3 a client learns that it was refused when it reads.</summary>
    private static async Task<bool> LetsInAsync(int port, X509Certificate2? certificate)
    {
        using TcpClient client = new();
        await client.ConnectAsync(IPAddress.Loopback, port);
        await using SslStream stream = new(client.GetStream(), false, static (_, certificate, _, _) => certificate?.Issuer == "CN=authority");
        using CancellationTokenSource waiting = new(TimeSpan.FromSeconds(5));
        try
        {
            await stream.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions { TargetHost = "node", ClientCertificates = certificate is null ? [] : [certificate] }, waiting.Token);
            // A silo greets whoever it lets in.
            return await stream.ReadAsync(new byte[1], waiting.Token) > 0;
        }
        catch (Exception error) when (error is IOException or AuthenticationException)
        {
            return false;
        }
    }

    private static async Task<int> AnswersPlainTextAsync(int port)
    {
        using TcpClient client = new();
        await client.ConnectAsync(IPAddress.Loopback, port);
        NetworkStream stream = client.GetStream();
        try
        {
            await stream.WriteAsync(new byte[64]);
            byte[] answer = new byte[64];
            int count = await stream.ReadAsync(answer);
            return count > 0 && answer[0] != 21 ? count : 0; // 21 is TLS' alert
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
