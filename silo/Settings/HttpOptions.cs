using System.ComponentModel.DataAnnotations;
using System.Net;
using OrleansInference.Api;
using OrleansInference.Api.Access;
using OrleansInference.Api.Tls;
using OrleansInference.Models;

namespace OrleansInference.Silo.Settings;

/// <summary>Address and access rules of the HTTP server.</summary>
public sealed record HttpOptions
{
    private const string Group = "HTTP";

    [Display(GroupName = Group, Prompt = "ADDRESS", Description = "Address on which HTTP listens: localhost, an IP address, or * for all.")]
    public IPAddress Host { get; init; } = IPAddress.Loopback;

    [Range(0, 65535)]
    [Display(GroupName = Group, Prompt = "N", Description = "Port of HTTP; 0 selects a free one.")]
    public int Port { get; init; } = 8000;

    [Display(GroupName = Group, Prompt = "NAMES", Description = "Names under which browsers reach the server, in addition to those of this machine, separated by commas, such as chat.example.com.")]
    public IReadOnlyList<string> Hosts { get; init; } = [];

    [Display(GroupName = Group, Prompt = "ADDRESSES", Description = "Addresses and networks of proxies whose X-Forwarded-For, -Proto and -Host are trusted, separated by commas, such as 127.0.0.1,10.0.0.0/8; none by default.")]
    public IReadOnlyList<IPNetwork> Proxies { get; init; } = [];

    [Display(GroupName = Group, Prompt = "KEY", Description = "Key of a cluster administrator, in addition to those that were created. Until an administrator has a key, programs on this machine may administer without.")]
    public string? AdminKey { get; init; }

    [Display(GroupName = Group, Prompt = "RULE", Description = "When requests need a key: auto (if a key exists, or other machines can reach the server), on (always), or off (only if a key exists).")]
    public KeyRule RequireKeys { get; init; }

    [Display(GroupName = Group, Prompt = "SWITCH", Description = "Orleans dashboard at /admin/orleans, for administrators: on or off.")]
    public bool Dashboard { get; init; }

    [Display(GroupName = Group, Prompt = "FILE", Description = "PEM file with the certificate of the HTTP server, followed by its intermediates. With it HTTP accepts TLS 1.2 and 1.3 only. A changed file is used without a restart.")]
    public string? HttpCertificate { get; init; }

    [Display(GroupName = Group, Prompt = "FILE", Description = "PEM file with the key of that certificate.")]
    public string? HttpKey { get; init; }

    [Display(GroupName = Group, Prompt = "FILE", Description = "File with the password of that key, if it is encrypted.")]
    public string? HttpKeyPasswordFile { get; init; }

    [Display(GroupName = Group, Prompt = "WHEN", Description = "Certificates of clients (mutual TLS): off, optional (a client may have none), or required.")]
    public ClientCertificates HttpClientCertificates { get; init; }

    [Display(GroupName = Group, Prompt = "FILE", Description = "PEM file with the certificates of the authority that signs clients. No other authority is accepted, and revocation is not checked.")]
    public string? HttpClientAuthority { get; init; }

    [Display(GroupName = Group, Prompt = "ORIGINS", Description = "Origins of other web pages that may use the API (CORS), separated by commas, such as https://chat.example.com; * for all. None by default. Administration is not part of the API.")]
    public IReadOnlyList<string> CorsOrigins { get; init; } = [];

    [Display(GroupName = Group, Prompt = "SWITCH", Description = "Whether browsers may send cookies and client certificates with the requests of those pages: on or off. Not with *.")]
    public bool CorsCredentials { get; init; }

    public ServerOptions Server => new()
    {
        Address = Host,
        Port = Port,
        Hosts = Hosts,
        Proxies = Proxies,
        AdminKey = AdminKey,
        RequireKeys = RequireKeys,
        Tls = new()
        {
            HttpCertificate = HttpCertificate,
            HttpKey = HttpKey,
            HttpKeyPasswordFile = HttpKeyPasswordFile,
            HttpClientCertificates = HttpClientCertificates,
            HttpClientAuthority = HttpClientAuthority,
        },
        Origins = new() { CorsOrigins = CorsOrigins, CorsCredentials = CorsCredentials },
    };

    /// <returns>The same options, which are valid.</returns>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: names the setting, its value and the expected value.</exception>
    public HttpOptions Resolve()
    {
        Server.Validate();
        return this;
    }

    /// <summary>Omits the values, of which one is a secret.</summary>
    public override string ToString() => nameof(HttpOptions);
}
