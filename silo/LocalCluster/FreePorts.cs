using System.Net;
using System.Net.Sockets;

namespace OrleansInference.Silo.LocalCluster;

/// <summary>Ports of the loopback address that nobody listens on.</summary>
internal static class FreePorts
{
    public static int Find() => Find(1)[0];

    /// <summary>So many different ones.</summary>
    public static int[] Find(int count)
    {
        TcpListener[] listeners = [.. Enumerable.Range(0, count).Select(static _ => new TcpListener(IPAddress.Loopback, 0))];
        try
        {
            Array.ForEach(listeners, static listener => listener.Start());
            return Array.ConvertAll(listeners, static listener => ((IPEndPoint)listener.LocalEndpoint).Port);
        }
        finally
        {
            Array.ForEach(listeners, static listener => listener.Dispose());
        }
    }
}
