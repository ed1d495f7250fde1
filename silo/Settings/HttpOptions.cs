using System.ComponentModel.DataAnnotations;
using System.Net;
using OrleansInference.Api;
using OrleansInference.Api.Access;

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

    public ServerOptions Server => new() { Address = Host, Port = Port, Hosts = Hosts, Proxies = Proxies, AdminKey = AdminKey, RequireKeys = RequireKeys };
}
