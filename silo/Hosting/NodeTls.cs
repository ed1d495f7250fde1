using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Orleans.Connections.Security;
using OrleansInference.Grains.Links;
using OrleansInference.Models;
using OrleansInference.Silo.Settings;

namespace OrleansInference.Silo.Hosting;

/// <summary>
/// TLS between nodes, and from Orleans clients: both ends present a certificate that one authority has signed. Names in certificates are not compared, since
/// nodes know each other by address and the authority signs for nothing else.
/// </summary>
internal sealed class NodeTls
{
    private readonly X509Certificate2 _certificate;
    private readonly X509Certificate2Collection _authority;

    private NodeTls(SecurityOptions options)
    {
        _certificate = Load(nameof(options.TlsCertificate), options.TlsCertificate!, path => X509Certificate2.CreateFromPemFile(path, options.TlsKey));
        _authority = Load(nameof(options.TlsAuthority), options.TlsAuthority!, Authority);
        if (Fault(_certificate, []) is { } fault)
        {
            InferenceException.Throw(
                ErrorCode.InvalidOption, $"{nameof(options.TlsCertificate)} is {options.TlsCertificate}, a certificate that other nodes would refuse: {fault}.", nameof(options.TlsCertificate));
        }

        OfLinks = new LinkTls(
            SslStreamCertificateContext.Create(_certificate, null, offline: true), (_, certificate, chain, _) => certificate is X509Certificate2 shown && Trusts(shown, chain));
    }

    /// <summary>TLS of the links, with the same certificates.</summary>
    public LinkTls OfLinks { get; }

    /// <returns>The TLS setup; null if the options do not enable TLS.</returns>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: a file cannot be read, the key is another certificate's, or the authority has not signed the certificate.</exception>
    public static NodeTls? Create(SecurityOptions options) => options.TlsCertificate is null ? null : new NodeTls(options);

    public void AddTo(ISiloBuilder silo) => silo.UseTls(tls =>
    {
        tls.LocalCertificate = _certificate;
        tls.RemoteCertificateMode = RemoteCertificateMode.RequireCertificate;
        tls.ClientCertificateMode = RemoteCertificateMode.RequireCertificate;
        tls.RemoteCertificateValidation = (certificate, chain, _) => Trusts(certificate, chain);
        tls.OnAuthenticateAsClient = static (_, client) => client.TargetHost = "node";
    });

    private bool Trusts(X509Certificate2 certificate, X509Chain? chain) => Fault(certificate, chain?.ChainPolicy.ExtraStore ?? []) is null;

    /// <param name="certificate">Certificate of a node.</param>
    /// <param name="sent">Certificates that the peer sent with it, as intermediates.</param>
    /// <returns>Reason why the certificate is not accepted; null if it is.</returns>
    private string? Fault(X509Certificate2 certificate, X509Certificate2Collection sent)
    {
        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.AddRange(_authority);
        chain.ChainPolicy.ExtraStore.AddRange(sent);
        return chain.Build(certificate) ? null : string.Join(' ', chain.ChainStatus.Select(static status => status.StatusInformation.Trim())).TrimEnd('.');
    }

    private static X509Certificate2Collection Authority(string path)
    {
        X509Certificate2Collection authority = [];
        authority.ImportFromPemFile(path);
        return authority.Count > 0 ? authority : throw new CryptographicException("it contains no certificate");
    }

    private static T Load<T>(string name, string path, Func<string, T> load)
    {
        try
        {
            return load(path);
        }
        catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new InferenceException(ErrorCode.InvalidOption, $"{name} is {path}; expected a certificate in PEM with its key: {error.Message}", name, error);
        }
    }
}
