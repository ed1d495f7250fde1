using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using OrleansInference.Models;

namespace OrleansInference.Api.Tls;

/// <summary>Contents of a server's PEM files at one moment. No message contains any of them.</summary>
internal sealed class PemFiles
{
    private const string EncryptedKey = "-----BEGIN ENCRYPTED PRIVATE KEY-----";
    private const string EncryptedKeyOfOldForm = "Proc-Type: 4,ENCRYPTED";
    private const string AnyKey = "PRIVATE KEY-----";
    private const string ServerUsage = "1.3.6.1.5.5.7.3.1";
    private const string AnyUsage = "2.5.29.37.0";

    private readonly ServerTlsOptions _options;
    private readonly string _certificate;
    private readonly string _key;
    private readonly string? _password;
    private readonly string? _authority;

    private PemFiles(ServerTlsOptions options)
    {
        _options = options;
        _certificate = Read(nameof(options.HttpCertificate), options.HttpCertificate!);
        _key = Read(nameof(options.HttpKey), options.HttpKey!);
        _password = options.HttpKeyPasswordFile is { } password ? Read(nameof(options.HttpKeyPasswordFile), password).TrimEnd('\r', '\n') : null;
        _authority = options.HttpClientAuthority is { } authority ? Read(nameof(options.HttpClientAuthority), authority) : null;
    }

    /// <summary>Identifies the contents.</summary>
    public string Hash => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{_certificate}\0{_key}\0{_password}\0{_authority}")));

    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: a file cannot be read.</exception>
    public static PemFiles Read(ServerTlsOptions options) => new(options);

    /// <summary>Loads certificate, key and authority, and checks that they belong together.</summary>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: names the setting, the file and the expected content.</exception>
    public ServerIdentity Load()
    {
        X509Certificate2Collection chain = Certificates(nameof(_options.HttpCertificate), _options.HttpCertificate!, _certificate);
        X509Certificate2 certificate = WithKey();
        if (certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().FirstOrDefault() is { } usage
            && !usage.EnhancedKeyUsages.OfType<Oid>().Any(static oid => oid.Value is ServerUsage or AnyUsage))
        {
            Refuse(nameof(_options.HttpCertificate), _options.HttpCertificate!, "is not for servers; expected a certificate whose extended key usage is absent or has serverAuth");
        }

        // The first certificate is the server's own. The context looks for its issuers among the others, and sends those it finds.
        chain.RemoveAt(0);
        X509Certificate2Collection? authority = Authority();
        SslCertificateTrust? trust = authority is null ? null : SslCertificateTrust.CreateForX509Collection(authority, sendTrustInHandshake: true);
        return new ServerIdentity(SslStreamCertificateContext.Create(certificate, chain, offline: true, trust), authority);
    }

    private X509Certificate2 WithKey()
    {
        string setting = nameof(_options.HttpKey);
        string path = _options.HttpKey!;
        bool encrypted = _key.Contains(EncryptedKey, StringComparison.Ordinal);
        if (!_key.Contains(AnyKey, StringComparison.Ordinal))
            Refuse(setting, path, "has no private key; expected one in PEM");
        if (_key.Contains(EncryptedKeyOfOldForm, StringComparison.Ordinal))
            Refuse(setting, path, "is encrypted in a form that is not supported; 'openssl pkcs8 -topk8' converts it");
        if (encrypted && _password is null)
            Refuse(setting, path, $"is encrypted; expected {nameof(_options.HttpKeyPasswordFile)} with its password");
        try
        {
            return encrypted ? X509Certificate2.CreateFromEncryptedPem(_certificate, _key, _password) : X509Certificate2.CreateFromPem(_certificate, _key);
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            string password = encrypted ? $", decrypted with the password of {nameof(_options.HttpKeyPasswordFile)} '{_options.HttpKeyPasswordFile}'" : string.Empty;
            string fault = error is ArgumentException ? string.Empty : $": {Line(error)}"; // an argument's error says the same
            Refuse(setting, path, $"is not the key of the first certificate in {nameof(_options.HttpCertificate)} '{_options.HttpCertificate}'{password}{fault}", error);
            throw;
        }
    }

    private X509Certificate2Collection? Authority()
    {
        if (_options.HttpClientAuthority is not { } path)
            return null;
        X509Certificate2Collection authority = Certificates(nameof(_options.HttpClientAuthority), path, _authority!);
        if (!authority.Any(static certificate => certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData)))
            Refuse(nameof(_options.HttpClientAuthority), path, "has no root; expected a certificate that is signed by itself, since chains of clients must end there");
        return authority;
    }

    private static X509Certificate2Collection Certificates(string setting, string path, string text)
    {
        X509Certificate2Collection certificates = [];
        try
        {
            certificates.ImportFromPem(text);
        }
        catch (CryptographicException error)
        {
            Refuse(setting, path, $"is malformed; expected certificates in PEM: {Line(error)}", error);
        }

        if (certificates.Count == 0)
            Refuse(setting, path, "has no certificate; expected one or more in PEM");
        return certificates;
    }

    private static string Read(string setting, string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            Refuse(setting, path, $"cannot be read: {Line(error)}", error);
            throw;
        }
    }

    private static string Line(Exception error) => error.Message.ReplaceLineEndings(" ").TrimEnd('.');

    [DoesNotReturn]
    private static void Refuse(string setting, string path, string fault, Exception? inner = null) =>
        throw new InferenceException(ErrorCode.InvalidOption, $"{setting} is '{path}', which {fault}.", setting, inner);
}
