using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Npgsql;
using OrleansInference.Bench.Chaos;
using OrleansInference.Models;
using OrleansInference.Silo.Hosting;
using OrleansInference.Silo.Settings;
using OrleansInference.Silo.Storage;
using Xunit.Abstractions;

namespace OrleansInference.ClusterTests.Nodes;

/// <summary>Nodes that speak TLS to each other let nobody in without a certificate of their authority.</summary>
public sealed class TlsTests(ITestOutputHelper output) : IDisposable
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
        long[] linked = await Task.WhenAll(cluster.Urls.Select(LinkMessagesAsync));
        output.WriteLine($"{string.Join(" and ", linked)} messages over links");
        Assert.All(linked, static messages => Assert.True(messages > 200));
        int port = await PortAsync(cluster);

        using X509Certificate2 own = _ours.Sign(), stranger = _theirs.Sign();
        Assert.True(await Stranger.IsLetInAsync(port, own));
        Assert.False(await Stranger.IsLetInAsync(port, stranger));
        Assert.False(await Stranger.IsLetInAsync(port, null));
        Assert.Equal(0, await Stranger.HearsPlainTextAsync(port));
    }

    [Fact]
    public void A_certificate_that_others_would_refuse_is_refused_at_the_start()
    {
        InferenceException refused = Assert.Throws<InferenceException>(() => NodeTls.Create(NodeOptions.Read(_ours.Settings(trusted: _theirs)).Security));
        Assert.Equal((ErrorCode.InvalidOption, nameof(SecurityOptions.TlsCertificate)), (refused.Code, refused.Parameter));
        Assert.Contains("node.pem", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, nameof(SecurityOptions.TlsCertificate))]
    [InlineData(2, nameof(SecurityOptions.TlsKey))]
    [InlineData(4, nameof(SecurityOptions.TlsAuthority))]
    public void A_file_that_is_missing_is_named(int setting, string name)
    {
        string[] settings = _ours.Settings();
        string[] without = [.. settings[..setting], .. settings[(setting + 2)..]];
        InferenceException refused = Assert.Throws<InferenceException>(() => NodeOptions.Read(without));
        Assert.Equal((ErrorCode.InvalidOption, name), (refused.Code, refused.Parameter));
    }

    [Theory]
    [InlineData(1, nameof(SecurityOptions.TlsCertificate))]
    [InlineData(3, nameof(SecurityOptions.TlsCertificate))]
    [InlineData(5, nameof(SecurityOptions.TlsAuthority))]
    public void A_file_that_is_not_PEM_is_named(int file, string name)
    {
        string[] settings = _ours.Settings();
        File.WriteAllText(settings[file], "not a certificate");
        InferenceException refused = Assert.Throws<InferenceException>(() => NodeTls.Create(NodeOptions.Read(settings).Security));
        Assert.Equal((ErrorCode.InvalidOption, name), (refused.Code, refused.Parameter));
    }

    private static async Task<long> LinkMessagesAsync(string url)
    {
        using HttpClient http = new();
        string text = await http.GetStringAsync(new Uri(url + "/metrics"));
        string line = text.Split('\n').Single(static line => line.StartsWith("orleans_inference_node_link_messages_total{", StringComparison.Ordinal));
        return long.Parse(line[(line.IndexOf('}', StringComparison.Ordinal) + 2)..], CultureInfo.InvariantCulture);
    }

    private static async Task<int> PortAsync(TestCluster cluster)
    {
        PostgresOptions options = new() { ConnectionString = cluster.Postgres.ConnectionString, ClusterId = "test" };
        await using NpgsqlConnection connection = new(options.MembershipConnectionString);
        await connection.OpenAsync();
        await using NpgsqlCommand command = new("SELECT Port FROM OrleansMembershipTable LIMIT 1", connection);
        return (int)(await command.ExecuteScalarAsync())!;
    }
}
