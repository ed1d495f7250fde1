using System.Net;

namespace OrleansInference.Api.Access;

/// <summary>
/// Evaluation of the header Host, which contains the name under which a client reached the server. It reveals a page whose name resolves to this machine (DNS rebinding), because
/// browsers send the page's name.
/// </summary>
internal static class RequestHost
{
    private const string Localhost = "localhost";

    /// <summary>Returns whether the host is a loopback address or a name of it. A missing header counts as loopback, because every browser sends the header.</summary>
    public static bool IsLoopback(HostString host) => Name(host) is var name
        && (name.Length == 0 || IsLocalName(name) || (IPAddress.TryParse(name, out IPAddress? address) && IsLoopback(address)));

    /// <summary>Returns whether the host cannot be a foreign name: it is an address, a name of loopback or of this machine, or one of the given names.</summary>
    public static bool IsKnown(HostString host, IReadOnlyList<string> names) => Name(host) is var name
        && (name.Length == 0 || IsLocalName(name) || IPAddress.TryParse(name, out _) || Is(name, Environment.MachineName) || names.Any(known => Is(name, known)));

    /// <summary>Returns whether an address is a loopback address of either family.</summary>
    public static bool IsLoopback(IPAddress address) => IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);

    private static bool IsLocalName(string name) => Is(name, Localhost) || name.EndsWith("." + Localhost, StringComparison.OrdinalIgnoreCase);

    private static bool Is(string name, string other) => name.Equals(other, StringComparison.OrdinalIgnoreCase);

    /// <summary>Host without the port, the brackets of an IPv6 address and the trailing dot.</summary>
    private static string Name(HostString host) => host.Host.TrimStart('[').TrimEnd(']', '.');
}
