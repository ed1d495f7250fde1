using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using OrleansInference.Grains.Access;

namespace OrleansInference.ClusterTests.Nodes;

/// <summary>Calls a port of a node, as whoever is in its network can.</summary>
internal static class Stranger
{
    /// <summary>Whether the node goes on after the handshake: with TLS 1.3 a client learns that it was refused when it reads.</summary>
    public static async Task<bool> IsLetInAsync(int port, X509Certificate2? certificate)
    {
        using TcpClient client = new();
        await client.ConnectAsync(IPAddress.Loopback, port);
        await using SslStream stream = new(client.GetStream(), false, static (_, certificate, _, _) => certificate?.Issuer == "CN=authority");
        using CancellationTokenSource waiting = new(TimeSpan.FromSeconds(5));
        try
        {
            await stream.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions { TargetHost = "node", ClientCertificates = certificate is null ? [] : [certificate] }, waiting.Token);
            // Silos answer the hello of whoever they let in.
            await stream.WriteAsync(ClusterHandshake.Hello(), waiting.Token);
            return await stream.ReadAsync(new byte[1], waiting.Token) > 0;
        }
        catch (Exception error) when (error is IOException or AuthenticationException)
        {
            return false;
        }
    }

    /// <summary>How many bytes come in answer to what is no TLS, other than its alert.</summary>
    public static async Task<int> HearsPlainTextAsync(int port)
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
