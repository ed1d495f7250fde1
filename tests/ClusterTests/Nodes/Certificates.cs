using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace OrleansInference.ClusterTests.Nodes;

/// <summary>An authority and the files of a node that it has signed, in a folder of their own.</summary>
internal sealed class Certificates : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("oi-tls-").FullName;
    private readonly X509Certificate2 _authority;

    public Certificates()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        _authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(Authority, _authority.ExportCertificatePem());
    }

    public string Authority => Path.Combine(_folder, "authority.pem");

    /// <summary>Settings of a node whose certificate this authority has signed.</summary>
    /// <param name="trusted">Whom the node trusts; this authority by default.</param>
    public string[] Settings(Certificates? trusted = null)
    {
        (string certificate, string key) = (Path.Combine(_folder, "node.pem"), Path.Combine(_folder, "node.key"));
        if (!File.Exists(certificate))
        {
            using X509Certificate2 signed = Sign();
            File.WriteAllText(certificate, signed.ExportCertificatePem());
            using ECDsa signedKey = signed.GetECDsaPrivateKey()!;
            File.WriteAllText(key, signedKey.ExportPkcs8PrivateKeyPem());
        }

        return ["--tls-certificate", certificate, "--tls-key", key, "--tls-authority", (trusted ?? this).Authority];
    }

    /// <summary>A certificate with its key.</summary>
    public X509Certificate2 Sign()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=node", key, HashAlgorithmName.SHA256);
        using X509Certificate2 signed = request.Create(_authority, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1), RandomNumberGenerator.GetBytes(8));
        return signed.CopyWithPrivateKey(key);
    }

    /// <summary>Settings of a node that serves HTTPS, see <see cref="IssueHttp"/>.</summary>
    public string[] HttpSettings => ["--http-certificate", HttpCertificate, "--http-key", HttpKey];

    public string HttpCertificate => Path.Combine(_folder, "http.pem");

    public string HttpKey => Path.Combine(_folder, "http.key");

    /// <summary>Writes a new certificate of an HTTP server on this machine, and its key.</summary>
    /// <param name="password">Password of the key; none by default.</param>
    /// <returns>Its serial number.</returns>
    public string IssueHttp(string? password = null)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=localhost", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 signed = request.Create(_authority, DateTimeOffset.UtcNow.AddHours(-12), DateTimeOffset.UtcNow.AddHours(12), RandomNumberGenerator.GetBytes(8));
        File.WriteAllText(HttpCertificate, signed.ExportCertificatePem());
        File.WriteAllText(HttpKey, password is null ? key.ExportPkcs8PrivateKeyPem() : key.ExportEncryptedPkcs8PrivateKeyPem(password, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)));
        return signed.SerialNumber;
    }

    /// <summary>A client that trusts this authority alone.</summary>
    /// <param name="certificate">Certificate that it presents; none by default.</param>
    /// <param name="seen">Receives the server's certificate at each handshake.</param>
    public HttpClient Client(X509Certificate2? certificate = null, Action<X509Certificate2>? seen = null)
    {
        SocketsHttpHandler handler = new();
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        handler.SslOptions.CertificateChainPolicy.CustomTrustStore.Add(_authority);
        handler.SslOptions.ClientCertificateContext = certificate is null ? null : SslStreamCertificateContext.Create(certificate, null, offline: true);
        handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, errors) =>
        {
            seen?.Invoke((X509Certificate2)shown!);
            return errors == SslPolicyErrors.None;
        };
        return new HttpClient(handler);
    }

    public void Dispose()
    {
        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
