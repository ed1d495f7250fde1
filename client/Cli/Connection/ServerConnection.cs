using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace OrleansInference.Cli.Connection;

/// <summary>Certificates for connections to servers over TLS: whom the client trusts, and what it presents.</summary>
public sealed class ServerConnection
{
    private readonly X509Certificate2Collection? _authority;
    private readonly SslStreamCertificateContext? _certificate;

    private ServerConnection(X509Certificate2Collection? authority, SslStreamCertificateContext? certificate)
    {
        _authority = authority;
        _certificate = certificate;
    }

    /// <summary>Trusts the authorities of the system, and presents no certificate.</summary>
    public static ServerConnection Default { get; } = new(null, null);

    /// <summary>Loads certificates from files in PEM.</summary>
    /// <param name="authority">Authority of the servers, the only one that is trusted; null for those of the system.</param>
    /// <param name="certificate">Certificate of the client with its intermediates; null for none.</param>
    /// <param name="key">Key of that certificate.</param>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: names the option, the file and the fault.</exception>
    public static ServerConnection Read(string? authority, string? certificate, string? key)
    {
        if ((certificate is null) != (key is null))
        {
            (string given, string missing) = key is null ? (ConnectionOptions.Certificate, ConnectionOptions.Key) : (ConnectionOptions.Key, ConnectionOptions.Certificate);
            InferenceException.Throw(ErrorCode.InvalidOption, $"{missing} is not given; {given} needs it.", missing);
        }

        return new ServerConnection(
            authority is null ? null : Load(ConnectionOptions.Authority, authority, "certificates", Certificates),
            certificate is null ? null : Load(ConnectionOptions.Certificate, certificate, $"a certificate whose key is in {ConnectionOptions.Key} '{key}'", path => WithKey(path, key!)));
    }

    /// <summary>Creates a client whose errors say why TLS with a server failed.</summary>
    public HttpClient CreateClient()
    {
        SocketsHttpHandler handler = new();
        if (_authority is not null)
        {
            handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            handler.SslOptions.CertificateChainPolicy.CustomTrustStore.AddRange(_authority);
        }

        handler.SslOptions.ClientCertificateContext = _certificate;
        return new HttpClient(new ExplainedTlsErrors(handler, hasCertificate: _certificate is not null));
    }

    private static X509Certificate2Collection Certificates(string path)
    {
        X509Certificate2Collection certificates = [];
        certificates.ImportFromPemFile(path);
        return certificates.Count > 0 ? certificates : throw new CryptographicException("it has no certificate");
    }

    private static SslStreamCertificateContext WithKey(string path, string key)
    {
        X509Certificate2Collection chain = Certificates(path);
        chain.RemoveAt(0);
        return SslStreamCertificateContext.Create(X509Certificate2.CreateFromPemFile(path, key), chain, offline: true);
    }

    private static T Load<T>(string option, string path, string expected, Func<string, T> load)
    {
        try
        {
            return load(path);
        }
        catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new InferenceException(ErrorCode.InvalidOption, $"{option} is '{path}'; expected a PEM file with {expected}: {error.Message.TrimEnd('.')}.", option, error);
        }
    }
}
