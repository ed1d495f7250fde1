using System.Net;
using System.Net.Sockets;

namespace OrleansInference.Cluster.Programs;

/// <summary>
/// Finds ports without a listener below the ephemeral range of operating systems (from 32,768 on Linux, from 49,152 elsewhere). A restarted server may find an
/// ephemeral port taken by any connection, even by its own client's attempt that connected to itself.
/// </summary>
public static class FreePorts
{
    private const int First = 20_000;
    private const int FirstForLater = 30_000;
    private const int End = 32_768;

    private static int _handedOut = Random.Shared.Next(End - FirstForLater);

    /// <summary>Finds a port to listen on immediately.</summary>
    public static int Find() => Find(1)[0];

    /// <summary>Finds consecutive ports.</summary>
    public static int[] Find(int count) => Find(count, First, FirstForLater, Random.Shared.Next); // concurrent searches start at different ports

    /// <summary>Finds consecutive ports for programs that start later or restart. They are from a range that no program chooses by itself, and different each time.</summary>
    public static int[] FindForLater(int count) => Find(count, FirstForLater, End, () => Interlocked.Add(ref _handedOut, count) - count);

    /// <summary>Whether a port has no listener at any address of this machine.</summary>
    internal static bool IsFree(int port)
    {
        try
        {
            using TcpListener probe = new(IPAddress.Any, port);
            probe.ExclusiveAddressUse = true;
            probe.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int[] Find(int count, int from, int end, Func<int> next)
    {
        for (int tried = 0; tried < end - from; tried++)
        {
            int first = from + (int)((uint)next() % (uint)(end - from));
            int[] ports = [.. Enumerable.Range(first, count)];
            if (first + count <= end && Array.TrueForAll(ports, IsFree))
            {
                return ports;
            }
        }

        throw new Models.InferenceException(Models.ErrorCode.Unavailable, $"There are no {count} consecutive free ports from {from} to {end - 1}.");
    }
}
