using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using OrleansInference.ClusterTests.Nodes;
using OrleansInference.Grains.Links;
using OrleansInference.Silo.Hosting;
using OrleansInference.Silo.Settings;
using Xunit.Abstractions;

namespace OrleansInference.ClusterTests.Links;

/// <summary>The same over TLS, and who is let in.</summary>
public sealed class TlsLinkTests(ITestOutputHelper output) : LinkTests(output), IDisposable
{
    private readonly ITestOutputHelper _output = output;
    private readonly Certificates _ours = new();
    private readonly Certificates _theirs = new();

    public void Dispose()
    {
        _ours.Dispose();
        _theirs.Dispose();
    }

    [Fact]
    public void A_caller_with_a_stranger_s_certificate_is_refused() => Refused(Credulous(_theirs), Ours());

    [Fact]
    public void A_node_with_a_stranger_s_certificate_is_sent_nothing() => Refused(Ours(), Credulous(_theirs));

    [Fact]
    public void A_caller_without_TLS_is_refused() => Refused(null, Ours());

    [Fact]
    public void A_node_without_TLS_is_sent_nothing() => Refused(Ours(), null);

    [Fact]
    public async Task A_caller_without_a_certificate_is_refused()
    {
        using LinkedPair pair = Pair();
        using X509Certificate2 own = _ours.Sign(), strange = _theirs.Sign();
        Assert.True(await Stranger.IsLetInAsync(pair.Receiver.Port, own));
        Assert.False(await Stranger.IsLetInAsync(pair.Receiver.Port, strange));
        Assert.False(await Stranger.IsLetInAsync(pair.Receiver.Port, null));
        Assert.Equal(0, await Stranger.HearsPlainTextAsync(pair.Receiver.Port));
    }

    [Fact]
    public void Whatever_strangers_send_as_TLS_the_listener_goes_on()
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("ORLEANS_INFERENCE_SEED"), CultureInfo.InvariantCulture, out int given) ? given : Random.Shared.Next();
        _output.WriteLine($"ORLEANS_INFERENCE_SEED={seed}");
        Random random = new(seed);
        using LinkedPair pair = Pair();
        for (int i = 0; i < 200; i++)
        {
            byte[] record = new byte[9 + random.Next(600)];
            random.NextBytes(record);
            int length = record.Length - 5;

            // A record of a handshake of TLS, and in it the greeting of a client.
            new byte[] { 22, 3, 1, (byte)(length >> 8), (byte)length, 1, 0, (byte)((length - 4) >> 8), (byte)(length - 4) }.CopyTo(record, 0);
            using Socket stranger = new(SocketType.Stream, ProtocolType.Tcp);
            stranger.Connect(new IPEndPoint(IPAddress.Loopback, pair.Receiver.Port));
            try
            {
                stranger.Send(record);
            }
            catch (SocketException)
            {
                // Refused already.
            }
        }

        pair.Send(LinkedPair.Step(7, 8));
        Assert.Equal(7, pair.Steps(1)[0].Step.Number);
    }

    internal override LinkedPair Pair() => new(Ours(), Ours());

    private static void Refused(LinkTls? calls, LinkTls? answers)
    {
        using LinkedPair pair = new(calls, answers);
        for (int i = 0; i < 100; i++)
        {
            Assert.False(pair.TrySend(LinkedPair.Step(1, 8)));
            Thread.Sleep(10);
        }

        Assert.Empty(pair.Arrived);
    }

    private LinkTls Ours() => NodeTls.Create(NodeOptions.Read(_ours.Settings()).Security)!.OfLinks;

    /// <summary>Trusts both authorities, so that the other one has to refuse.</summary>
    private static LinkTls Credulous(Certificates authority) => new(SslStreamCertificateContext.Create(authority.Sign(), null, offline: true), static (_, certificate, _, _) => certificate?.Issuer == "CN=authority");
}
