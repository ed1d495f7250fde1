using System.Net;

namespace OrleansInference.Api.Access;

/// <summary>What the header Host says of how a client reached the server. A page whose name was pointed at this machine (DNS rebinding) shows itself there: browsers send the page's name.</summary>
internal static class RequestHost
{
    private const string Localhost = "localhost";

    /// <summary>Whether it is a loopback address or a name of it. No browser leaves the header out.</summary>
    public static bool IsLoopback(HostString host) => Name(host) is var name
        && (name.Length == 0 || IsLocalName(name) || (IPAddress.TryParse(name, out IPAddress? address) && IsLoopback(address)));

    /// <summary>Whether no foreign name can stand behind it: an address, a name of loopback or of this machine, or one of those given.</summary>
    public static bool IsKnown(HostString host, IReadOnlyList<string> names) => Name(host) is var name
        && (name.Length == 0 || IsLocalName(name) || IPAddress.TryParse(name, out _) || Is(name, Environment.MachineName) || names.Any(known => Is(name, known)));

    /// <summary>Whether an address is one of loopback, in either family.</summary>
    public static bool IsLoopback(IPAddress address) => IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);

    private static bool IsLocalName(string name) => Is(name, Localhost) || name.EndsWith("." + Localhost, StringComparison.OrdinalIgnoreCase);

    private static bool Is(string name, string other) => name.Equals(other, StringComparison.OrdinalIgnoreCase);

    /// <summary>Without the port, the brackets of an IPv6 address and the dot of a full name.</summary>
    private static string Name(HostString host) => host.Host.TrimStart('[').TrimEnd(']', '.');
}
