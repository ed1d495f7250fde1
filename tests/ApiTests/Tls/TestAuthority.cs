using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using OrleansInference.Api.Tls;

namespace OrleansInference.ApiTests.Tls;

/// <summary>A root with an intermediate authority, which signs servers and clients, in a folder of its own.</summary>
internal sealed class TestAuthority : IDisposable
{
    public const string Password = "password of the key";

    private const string ServerUsage = "1.3.6.1.5.5.7.3.1";
    private const string ClientUsage = "1.3.6.1.5.5.7.3.2";

    private readonly string _folder = Directory.CreateTempSubdirectory("oi-https-").FullName;
    private readonly X509Certificate2 _root;
    private readonly X509Certificate2 _intermediate;

    public TestAuthority()
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using (ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256))
        {
            CertificateRequest request = new("CN=root", key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
            _root = request.CreateSelfSigned(now.AddYears(-1), now.AddYears(2));
        }

        _intermediate = Sign(_root, "CN=intermediate", now.AddYears(-1), now.AddYears(1), isAuthority: true, usage: null);
        File.WriteAllText(Root, _root.ExportCertificatePem());
        File.WriteAllText(Intermediate, _intermediate.ExportCertificatePem());
    }

    public string Root => Path.Combine(_folder, "root.pem");

    public string Intermediate => Path.Combine(_folder, "intermediate.pem");

    public string Certificate => Path.Combine(_folder, "http.pem");

    public string Key => Path.Combine(_folder, "http.key");

    public string PasswordFile => Path.Combine(_folder, "password");

    /// <summary>Writes a new certificate of a server, with its intermediate, and its key.</summary>
    /// <param name="lifetime">From a day ago.</param>
    /// <param name="encrypted">Whether the key has a password.</param>
    /// <param name="usage">Extended key usage.</param>
    /// <returns>Its serial number.</returns>
    public string Issue(TimeSpan? lifetime = null, bool encrypted = false, string usage = ServerUsage)
    {
        DateTimeOffset begin = DateTimeOffset.UtcNow.AddDays(-1);
        using X509Certificate2 signed = Sign(_intermediate, "CN=localhost", begin, begin + (lifetime ?? TimeSpan.FromDays(90)), isAuthority: false, usage);
        File.WriteAllText(Certificate, $"{signed.ExportCertificatePem()}\n{_intermediate.ExportCertificatePem()}\n");
        WriteKey(signed, encrypted);
        return signed.SerialNumber;
    }

    /// <summary>Writes the key of another certificate.</summary>
    public void WriteOtherKey()
    {
        using X509Certificate2 other = Sign(_intermediate, "CN=other", DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1), isAuthority: false, ServerUsage);
        WriteKey(other, encrypted: false);
    }

    public ServerTlsOptions Options(ClientCertificates clients = ClientCertificates.Off) => new()
    {
        HttpCertificate = Certificate,
        HttpKey = Key,
        HttpClientCertificates = clients,
        HttpClientAuthority = clients == ClientCertificates.Off ? null : Root,
    };

    /// <summary>A certificate of a client, with the intermediate.</summary>
    /// <param name="lifetime">From a day ago.</param>
    /// <param name="usage">Extended key usage.</param>
    public SslStreamCertificateContext SignClient(TimeSpan? lifetime = null, string usage = ClientUsage)
    {
        DateTimeOffset begin = DateTimeOffset.UtcNow.AddDays(-1);
        X509Certificate2 signed = Sign(_intermediate, "CN=client", begin, begin + (lifetime ?? TimeSpan.FromDays(90)), isAuthority: false, usage);
        return SslStreamCertificateContext.Create(signed, [_intermediate], offline: true);
    }

    /// <summary>A client that trusts the root alone.</summary>
    /// <param name="certificate">Certificate that it presents.</param>
    /// <param name="seen">Receives the server's certificate.</param>
    public HttpClient Client(SslStreamCertificateContext? certificate = null, Action<X509Certificate2>? seen = null)
    {
        SocketsHttpHandler handler = new();
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        handler.SslOptions.CertificateChainPolicy.CustomTrustStore.Add(_root);
        handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, errors) =>
        {
            seen?.Invoke((X509Certificate2)shown!);
            return errors == SslPolicyErrors.None;
        };
        handler.SslOptions.ClientCertificateContext = certificate;
        return new HttpClient(handler) { DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact, DefaultRequestVersion = HttpVersion.Version11 };
    }

    public void Dispose()
    {
        _root.Dispose();
        _intermediate.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private void WriteKey(X509Certificate2 certificate, bool encrypted)
    {
        using ECDsa key = certificate.GetECDsaPrivateKey()!;
        PbeParameters encryption = new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000);
        File.WriteAllText(Key, encrypted ? key.ExportEncryptedPkcs8PrivateKeyPem(Password, encryption) : key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(PasswordFile, Password + "\n");
    }

    private static X509Certificate2 Sign(X509Certificate2 issuer, string subject, DateTimeOffset begin, DateTimeOffset end, bool isAuthority, string? usage)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, true));
        if (usage is not null)
        {
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
            SubjectAlternativeNameBuilder names = new();
            names.AddDnsName("localhost");
            names.AddDnsName("chat.example.com");
            names.AddIpAddress(IPAddress.Loopback);
            request.CertificateExtensions.Add(names.Build());
        }

        using X509Certificate2 signed = request.Create(issuer, begin, end, RandomNumberGenerator.GetBytes(8));
        return signed.CopyWithPrivateKey(key);
    }
}
