using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace OrleansInference.Grains.Links;

/// <summary>TLS of links: both ends show a certificate, and neither goes on with one that it does not trust.</summary>
/// <param name="certificate">This node's, with its key.</param>
/// <param name="trusts">Whether another's is good; false without one.</param>
public sealed class LinkTls(SslStreamCertificateContext certificate, RemoteCertificateValidationCallback trusts)
{
    /// <summary>For the node that calls.</summary>
    /// <exception cref="AuthenticationException">The other's certificate is not trusted, or it speaks no TLS.</exception>
    /// <exception cref="IOException">The connection ended.</exception>
    public void Call(SslStream stream) => Shake(() => stream.AuthenticateAsClient(new SslClientAuthenticationOptions
    {
        TargetHost = "node",
        ClientCertificateContext = certificate,
        RemoteCertificateValidationCallback = trusts,
        AllowTlsResume = false,
    }));

    /// <summary>For the node that is called.</summary>
    /// <exception cref="AuthenticationException">The caller's certificate is not trusted, or it speaks no TLS.</exception>
    /// <exception cref="IOException">The connection ended.</exception>
    public void Answer(SslStream stream) => Shake(() => stream.AuthenticateAsServer(new SslServerAuthenticationOptions
    {
        ServerCertificateContext = certificate,
        ClientCertificateRequired = true,
        RemoteCertificateValidationCallback = trusts,
        AllowTlsResume = false,
    }));

    private static void Shake(Action authenticate)
    {
        try
        {
            authenticate();
        }
        catch (Exception error) when (!LinkSockets.Ends(error))
        {
            // What strangers send as a greeting, .NET parses without a look at its end: IndexOutOfRangeException comes through, among others.
            throw new AuthenticationException("The peer's part of the TLS handshake is invalid.", error);
        }
    }
}
