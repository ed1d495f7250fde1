using System.Net;
using System.Net.Security;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using OrleansInference.Engine;

namespace OrleansInference.Api.Tls;

/// <summary>TLS 1.2 and 1.3 on the connections of the HTTP server, with HTTP/1.1 or HTTP/2 as the client prefers (ALPN).</summary>
internal sealed partial class TlsConnections(ServerTlsOptions options, ServerCertificate certificate, TimeProvider time, ILogger<TlsConnections> logger)
{
    private readonly RareEvents<IPAddress> _logged = new(time);

    public void AddTo(ListenOptions listen)
    {
        listen.Use(next => connection => WatchAsync(connection, next));
        listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = OnHello });
        listen.Use(static next => connection =>
        {
            connection.Features.GetRequiredFeature<Handshake>().Complete();
            return next(connection);
        });
    }

    /// <summary>Logs a failed handshake, which Kestrel itself logs at the level Debug only.</summary>
    private async Task WatchAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        Handshake handshake = new();
        connection.Features.Set(handshake);
        try
        {
            await next(connection);
        }
        finally
        {
            if (handshake is { HasBegun: true, IsComplete: false } && connection.RemoteEndPoint is IPEndPoint { Address: var client } && _logged.Admits(client))
                Failed(client, handshake.Reason);
        }
    }

    private ValueTask<SslServerAuthenticationOptions> OnHello(TlsHandshakeCallbackContext context)
    {
        Handshake handshake = context.Connection.Features.GetRequiredFeature<Handshake>();
        handshake.Begin(context.ClientHelloInfo.SslProtocols);
        return ValueTask.FromResult(certificate.Current.OptionsFor(options.HttpClientCertificates, handshake));
    }

    [LoggerMessage(LogLevel.Information, "A TLS handshake of the client {Client} failed: {Reason}. Further ones of this client are not logged for a minute.")]
    private partial void Failed(IPAddress client, string reason);
}
