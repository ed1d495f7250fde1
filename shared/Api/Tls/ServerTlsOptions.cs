using OrleansInference.Models;

namespace OrleansInference.Api.Tls;

/// <summary>Whether the server asks clients for certificates.</summary>
public enum ClientCertificates
{
    /// <summary>The server does not ask.</summary>
    Off,

    /// <summary>The server asks. A client may have none; one that the authority has not signed is refused.</summary>
    Optional,

    /// <summary>The server asks, and refuses a client without one.</summary>
    Required,
}

/// <summary>TLS of the HTTP server, from files in PEM. The properties are named like the node's settings.</summary>
public sealed record ServerTlsOptions
{
    /// <summary>The server's certificate, followed by its intermediates; null: plain HTTP.</summary>
    public string? HttpCertificate { get; init; }

    /// <summary>Private key of the certificate.</summary>
    public string? HttpKey { get; init; }

    /// <summary>Password of the key; null if the key is not encrypted.</summary>
    public string? HttpKeyPasswordFile { get; init; }

    /// <inheritdoc cref="ClientCertificates"/>
    public ClientCertificates HttpClientCertificates { get; init; }

    /// <summary>Certificates of the authority that signs clients. No other authority is accepted.</summary>
    public string? HttpClientAuthority { get; init; }

    /// <summary>Whether connections use TLS.</summary>
    public bool IsOn => HttpCertificate is not null;

    /// <summary>Checks the options, and loads the files once.</summary>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: names the setting, the file and the expected content.</exception>
    public void Validate()
    {
        Require(HttpKey is null || IsOn, nameof(HttpCertificate), $"is not given; {nameof(HttpKey)} needs it");
        Require(HttpKey is not null || !IsOn, nameof(HttpKey), $"is not given; {nameof(HttpCertificate)} needs it");
        Require(HttpKeyPasswordFile is null || IsOn, nameof(HttpKeyPasswordFile), $"is given without {nameof(HttpCertificate)} and {nameof(HttpKey)}");
        Require(HttpClientCertificates == ClientCertificates.Off || IsOn, nameof(HttpClientCertificates), $"is given without {nameof(HttpCertificate)} and {nameof(HttpKey)}");
        Require(HttpClientCertificates == ClientCertificates.Off || HttpClientAuthority is not null, nameof(HttpClientAuthority), $"is not given; {nameof(HttpClientCertificates)} needs it");
        Require(HttpClientCertificates != ClientCertificates.Off || HttpClientAuthority is null, nameof(HttpClientAuthority), $"has no effect unless {nameof(HttpClientCertificates)} is optional or required");
        if (IsOn)
            _ = PemFiles.Read(this).Load();
    }

    private static void Require(bool holds, string setting, string fault)
    {
        if (!holds)
            InferenceException.Throw(ErrorCode.InvalidOption, $"{setting} {fault}.", setting);
    }
}
