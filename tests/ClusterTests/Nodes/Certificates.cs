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

    public void Dispose()
    {
        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
