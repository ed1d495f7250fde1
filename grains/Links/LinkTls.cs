using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace OrleansInference.Grains.Links;

/// <summary>TLS of links: both ends present a certificate, and each refuses a peer whose certificate it does not trust.</summary>
/// <param name="certificate">Certificate of this node, with its key.</param>
/// <param name="trusts">Decides whether the peer's certificate is trusted; false without one.</param>
public sealed class LinkTls(SslStreamCertificateContext certificate, RemoteCertificateValidationCallback trusts)
{
    /// <summary>Authenticates as the node that calls.</summary>
    /// <exception cref="AuthenticationException">The peer's certificate is not trusted, or the peer does not use TLS.</exception>
    /// <exception cref="IOException">The connection ended.</exception>
    public void Call(SslStream stream) => Authenticate(() => stream.AuthenticateAsClient(new SslClientAuthenticationOptions
    {
        TargetHost = "node",
        ClientCertificateContext = certificate,
        RemoteCertificateValidationCallback = trusts,
        AllowTlsResume = false,
    }));

    /// <summary>Authenticates as the node that is called.</summary>
    /// <exception cref="AuthenticationException">The caller's certificate is not trusted, or the caller does not use TLS.</exception>
    /// <exception cref="IOException">The connection ended.</exception>
    public void Answer(SslStream stream) => Authenticate(() => stream.AuthenticateAsServer(new SslServerAuthenticationOptions
    {
        ServerCertificateContext = certificate,
        ClientCertificateRequired = true,
        RemoteCertificateValidationCallback = trusts,
        AllowTlsResume = false,
    }));

    private static void Authenticate(Action authenticate)
    {
        try
        {
            authenticate();
        }
        catch (Exception error) when (!LinkSockets.Ends(error))
        {
            // .NET parses the peer's first bytes without checking their end, so IndexOutOfRangeException and others can be thrown.
            throw new AuthenticationException("The peer's part of the TLS handshake is invalid.", error);
        }
    }
}
