using System.Net;
using System.Net.NetworkInformation;

namespace OrleansInference.Silo.Failures;

/// <summary>Addresses of this machine, or of its network namespace.</summary>
internal static class OwnAddresses
{
    private static readonly Lazy<HashSet<IPAddress>> All = new(static () =>
        [.. NetworkInterface.GetAllNetworkInterfaces().SelectMany(static network => network.GetIPProperties().UnicastAddresses).Select(static address => address.Address)]);

    public static bool Contains(IPAddress address) => IPAddress.IsLoopback(address) || All.Value.Contains(address) || All.Value.Contains(address.MapToIPv4());
}
