using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Net.Sockets;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Models;

namespace OrleansInference.Silo.Settings;

/// <summary>The node as a member of its cluster: its name, the addresses at which other nodes reach it, and the cluster's division into pipelines.</summary>
public sealed record MemberOptions
{
    private const string Group = "Cluster";

    [Display(GroupName = Group, Prompt = "NAME", Description = "Name of the node, unique in the cluster; by default the host's name and the port.")]
    public string? Node { get; init; }

    [Display(GroupName = Group, Prompt = "ADDRESS", Description = "Address at which other nodes reach this one: an IP address, or a host name that is resolved once at the start. An address of other machines needs a cluster secret or TLS.")]
    public string Advertise { get; init; } = "127.0.0.1";

    [Display(GroupName = Group, Prompt = "ADDRESS", Description = "Address on which the ports for other nodes, their links and Orleans clients listen: an IP address, or * for all; the advertised one by default.")]
    public IPAddress? Listen { get; init; }

    [Range(0, 65535)]
    [Display(GroupName = Group, Prompt = "N", Description = "Port for other nodes; 0 selects a free one.")]
    public int SiloPort { get; init; }

    [Range(0, 65535)]
    [Display(GroupName = Group, Prompt = "N", Description = "Port for the links of other nodes; 0 selects a free one.")]
    public int LinkPort { get; init; }

    [Display(GroupName = Group, Prompt = "SWITCH", Description = "Links between nodes: on, or off for grain calls only.")]
    public bool Links { get; init; } = true;

    [Range(0, 65535)]
    [Display(GroupName = Group, Prompt = "N", Description = "Port for Orleans clients; 0 for none.")]
    public int GatewayPort { get; init; }

    [Display(GroupName = Group, Prompt = "NAME", Description = "Cluster of that database to which the node belongs.")]
    public string ClusterId { get; init; } = "inference";

    [Range(1, 1024)]
    [Display(GroupName = Group, Prompt = "N", Description = "Stages of each pipeline; by default the planner chooses the number.")]
    public int? Stages { get; init; }

    [Range(1, RouterNumbers.MostPipelines)]
    [Display(GroupName = Group, Prompt = "N", Description = "Maximum pipelines of the cluster, each with the whole model. The same on all nodes.")]
    public int Pipelines { get; init; } = 1;

    [Range(0, 3600)]
    [Display(GroupName = Group, Prompt = "SECONDS", Description = "Maximum seconds of a drain: a node that stops waits for its streams to end and its layers to move.")]
    public TimeSpan DrainSeconds { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The address of <see cref="Advertise"/>; null before it is resolved.</summary>
    public IPAddress? Advertised { get; private init; }

    /// <summary>Address on which the ports for other nodes listen.</summary>
    public IPAddress Listening => Listen ?? Advertised ?? IPAddress.Loopback;

    /// <summary>Whether other machines can reach the node.</summary>
    public bool IsExposed => !IPAddress.IsLoopback(Advertised!) || !IPAddress.IsLoopback(Listening);

    /// <returns>The same options with the advertised address.</returns>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: names the setting, its value and the expected value.</exception>
    public MemberOptions Resolve()
    {
        if (ClusterId.Length is < 1 or > 64)
        {
            InferenceException.Throw(ErrorCode.InvalidOption, $"{nameof(ClusterId)} is '{ClusterId}'; expected 1 to 64 characters.", nameof(ClusterId));
        }

        IPAddress? address = IPAddress.TryParse(Advertise, out IPAddress? given) ? given : LookUp(Advertise);
        return this with
        {
            Advertised = address ?? throw new InferenceException(
                ErrorCode.InvalidOption, $"{nameof(Advertise)} is '{Advertise}'; expected an IP address, or a host name that resolves to one.", nameof(Advertise)),
        };
    }

    /// <summary>Returns the first IPv4 address of a host; null if there is none.</summary>
    private static IPAddress? LookUp(string host)
    {
        try
        {
            return host.Length == 0 ? null : Dns.GetHostAddresses(host, AddressFamily.InterNetwork).FirstOrDefault();
        }
        catch (Exception unknown) when (unknown is SocketException or ArgumentException)
        {
            return null;
        }
    }
}
