using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace OrleansInference.Api.Tls;

/// <summary>Certificate that the server presents, and the authority of its clients.</summary>
/// <param name="context">Certificate with its key and its intermediates.</param>
/// <param name="authority">Authority of the clients; null if clients have no certificates.</param>
internal sealed class ServerIdentity(SslStreamCertificateContext context, X509Certificate2Collection? authority)
{
    private const string ClientUsage = "1.3.6.1.5.5.7.3.2";

    public DateTimeOffset Expires { get; } = new(context.TargetCertificate.NotAfter);

    public DateTimeOffset Begins { get; } = new(context.TargetCertificate.NotBefore);

    public string Serial => context.TargetCertificate.SerialNumber;

    /// <summary>Creates the options of one handshake.</summary>
    public SslServerAuthenticationOptions OptionsFor(ClientCertificates mode, Handshake handshake)
    {
        SslServerAuthenticationOptions options = new()
        {
            ServerCertificateContext = context,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        };
        if (mode == ClientCertificates.Off)
            return options;

        options.ClientCertificateRequired = true;
        options.RemoteCertificateValidationCallback = (_, certificate, chain, errors) => handshake.Accepts(mode, certificate, chain, errors);

        // A resumed session would keep a certificate of an authority that was removed meanwhile.
        options.AllowTlsResume = false;

        // Of this handshake alone: the handshake adds the certificates that the client sent.
        options.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        options.CertificateChainPolicy.CustomTrustStore.AddRange(authority!);
        options.CertificateChainPolicy.ApplicationPolicy.Add(new Oid(ClientUsage));
        return options;
    }
}
