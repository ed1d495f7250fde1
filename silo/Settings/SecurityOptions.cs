using System.ComponentModel.DataAnnotations;
using OrleansInference.Models;

namespace OrleansInference.Silo.Settings;

/// <summary>What keeps strangers out of the cluster.</summary>
public sealed record SecurityOptions
{
    private const string Group = "Security";
    private const int ShortestSecret = 16;

    [Display(GroupName = Group, Prompt = "TEXT", Description = "Secret that nodes and Orleans clients prove to each other to know; at least 16 characters, the same on all nodes, not accepted on the command line. By default one that the database keeps for the cluster, or, without a database, one of this process.")]
    public string? ClusterSecret { get; init; }

    [Display(GroupName = Group, Prompt = "FILE", Description = "File with that secret.")]
    public string? ClusterSecretFile { get; init; }

    [Display(GroupName = Group, Prompt = "FILE", Description = "PEM file with the node's certificate. With it nodes use TLS between each other, also on links, and accept no other connection. Set it on all nodes or on none.")]
    public string? TlsCertificate { get; init; }

    [Display(GroupName = Group, Prompt = "FILE", Description = "PEM file with the key of the certificate.")]
    public string? TlsKey { get; init; }

    [Display(GroupName = Group, Prompt = "FILE", Description = "PEM file with the certificates of the authority that signs the nodes of this cluster, and nothing else.")]
    public string? TlsAuthority { get; init; }

    /// <returns>The same options with what the file says.</returns>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: names the setting, and what was expected; no secret is in the message.</exception>
    public SecurityOptions Resolve()
    {
        (string Name, string? Path)[] files = [(nameof(TlsCertificate), TlsCertificate), (nameof(TlsKey), TlsKey), (nameof(TlsAuthority), TlsAuthority)];
        foreach ((string name, string? path) in files.Where(file => files.Any(static other => other.Path is not null) && !File.Exists(file.Path)))
        {
            string together = string.Join(", ", files.Select(static file => file.Name));
            InferenceException.Throw(ErrorCode.InvalidOption, $"{name} is {(path is null ? "not given" : $"'{path}'")}; expected an existing file, because {together} are set together.", name);
        }

        string? secret = SecretFile.Read(nameof(ClusterSecret), ClusterSecret, nameof(ClusterSecretFile), ClusterSecretFile);
        if (secret is { Length: < ShortestSecret })
        {
            InferenceException.Throw(
                ErrorCode.InvalidOption, $"{nameof(ClusterSecret)} has {secret.Length} characters; expected at least {ShortestSecret}, such as those that 'openssl rand -hex 32' prints.", nameof(ClusterSecret));
        }

        return this with { ClusterSecret = secret, ClusterSecretFile = null };
    }
}
